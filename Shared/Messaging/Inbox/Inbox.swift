internal import FilmClubModel
internal import JSON
internal import Kafka
internal import Postgres
internal import Reactor

/// Applies messages once each: it owns a consumer's watermarks and its parked messages, and refuses whatever is not
/// a key's next event. It knows nothing of how the messages come.
struct Inbox: Sendable {
    let store: InboxStore
    let pool: PostgresPool
    let handler: any EventHandler
    let limits: InboxLimits
    let loop: EventLoop

    /// What came of a batch.
    struct Report: Sendable {
        var applied = 0
        var dropped = 0
        /// Those that an operator has to look at; gaps are not among them.
        var deadLetters: [ParkedMessage] = []
        var gaps = 0

        static func += (left: inout Report, right: Report) {
            left.applied += right.applied
            left.dropped += right.dropped
            left.deadLetters += right.deadLetters
            left.gaps += right.gaps
        }
    }

    /// Commits the effects of `messages`, in one transaction if all goes well, and adds to `report` what came of them,
    /// also when it throws in the middle: what is parked by then does not come again. Throws only what will pass by
    /// itself (the database is away, somebody else holds the lock): the same messages are to be given again then.
    func process(_ messages: [InboxMessage], into report: inout Report) async throws {
        var events: [InboxEvent] = []
        var unreadable: [ParkedMessage] = []
        for message in messages {
            switch message {
            case .event(let event): events.append(event)
            case .unreadable(let record): unreadable.append(ParkedMessage(record))
            }
        }
        if !unreadable.isEmpty {
            let parked: [String] = try await pool.query(store.park(unreadable)).map { try $0.get("origin") }
            report.deadLetters += unreadable.filter { parked.contains($0.origin) }
        }
        guard !events.isEmpty else { return }
        do {
            report += try await apply(events)
        } catch {
            if Self.passesByItself(error) { throw error }
            for event in events { try await applyAlone(event, into: &report) }
        }
    }

    /// One transaction: judge, apply, move the watermarks. With `releasing` what waited for an event follows it at
    /// once; without, `events` may themselves be among those that waited.
    private func apply(_ events: [InboxEvent], releasing: Bool = true) async throws -> Report {
        try await pool.withTransaction { transaction in
            var ledger = try await store.load(Set(events.map(\.key)), in: transaction)
            if !releasing { ledger.ignoreWaiting() }
            let judged = Self.judge(events, &ledger, releasing: releasing)
            if !judged.accepted.isEmpty { try await handler.apply(judged.accepted, in: transaction) }
            let moved = Set(judged.accepted.map(\.key))
            _ = try await transaction.unit(store.close(ledger, moved: moved, parking: judged.parked))
            return Report(applied: judged.accepted.count, dropped: judged.dropped, gaps: judged.parked.count)
        }
    }

    private struct Judgement {
        var accepted: [InboxEvent] = []
        var parked: [ParkedMessage] = []
        var dropped = 0
    }

    private static func judge(
        _ events: [InboxEvent], _ ledger: inout InboxStore.Ledger, releasing: Bool
    ) -> Judgement {
        var judgement = Judgement()
        for event in events {
            switch ledger.admissions[event.key]?.arrive(event.envelope.sequence) ?? .drop {
            case .drop: judgement.dropped += 1
            case .park:
                judgement.parked.append(
                    ParkedMessage(event, reason: .gap, detail: "An earlier event of its key is missing.", attempts: 0))
                ledger.waiting[event.key, default: [:]][event.envelope.sequence] = event
            case .apply:
                judgement.accepted.append(event)
                while releasing, let next = ledger.admissions[event.key]?.releaseNext(),
                    let waiting = ledger.waiting[event.key]?[next]
                {
                    judgement.accepted.append(waiting)
                }
            }
        }
        // What was parked and released within the batch never reaches the table.
        judgement.parked.removeAll { parked in
            judgement.accepted.contains {
                $0.topic == parked.topic && $0.envelope.subject == parked.key && $0.envelope.sequence == parked.sequence
            }
        }
        return judgement
    }

    /// After a batch has failed: this event by itself, and then those that waited for it, each in its own
    /// transaction, so that the one that fails is the one that is parked.
    private func applyAlone(_ event: InboxEvent, into report: inout Report) async throws {
        var last = event
        var one = try await applyOrPark(event)
        report += one
        while one.applied > 0, last.topic.kind == .facts, let next = try await nextWaiting(after: last) {
            one = try await applyOrPark(next)
            report += one
            last = next
        }
    }

    /// While it is tried, the consumer's other keys wait: few attempts with short pauses, and none where trying again
    /// cannot help.
    private func applyOrPark(_ event: InboxEvent) async throws -> Report {
        var pause = limits.retryPause
        for attempt in 1...limits.attemptsMax {
            do {
                return try await apply([event], releasing: false)
            } catch {
                if Self.passesByItself(error) { throw error }
                guard attempt == limits.attemptsMax || Self.isFinal(error) else {
                    try await loop.sleep(for: pause)
                    pause *= 2
                    continue
                }
                let parked = ParkedMessage(event, reason: .poison, detail: "\(error)", attempts: attempt)
                _ = try await pool.query(store.parkPoison(parked))
                return Report(deadLetters: [parked])
            }
        }
        return Report()
    }

    private func nextWaiting(after event: InboxEvent) async throws -> InboxEvent? {
        try await pool.query(
            """
            /* nextWaiting */
            SELECT headers, body, origin FROM inbox_parked
            WHERE consumer = \(store.consumer) AND topic = \(event.topic.name) AND key = \(event.envelope.subject)
              AND sequence = \(event.envelope.sequence + 1) AND reason = 'gap'
            """
        ).first.map { try ParkedMessage.event($0, topic: event.topic) }
    }

    /// What no repetition mends: a body that cannot be read, a statement that the database refuses.
    private static func isFinal(_ error: any Error) -> Bool {
        error is JSONError || error is MisplacedEvent || error is PostgresError
    }

    /// What time mends: the database is away, restarting, full or locked, or another consumer was faster.
    static func passesByItself(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return error is CancellationError }
        return error.passesByItself || error.constraint == "inbox_watermark_pkey"
    }
}

/// The inbox's bounds.
public struct InboxLimits: Sendable {
    /// How often a failing event is tried before it is parked.
    public var attemptsMax: Int32 = 3
    /// Before the second attempt; doubled each time.
    public var retryPause: Duration = .milliseconds(5)
    /// How old a gap is when it is asked for, and how often.
    public var gapSeconds: Int32 = 5
    /// How often gaps are looked for.
    public var gapInterval: Duration = .seconds(1)
    /// Wait after a failure that will pass: doubled each time up to the maximum.
    public var backOffMin: Duration = .milliseconds(100)
    public var backOffMax: Duration = .seconds(5)
    /// How long the broker may take to list its topics; a bootstrap file is read again after that.
    public var topicsWaitMax: Duration = .seconds(3)
    /// Copies of dead letters that wait for the broker; more are not copied, the table has them.
    public var copiesMax = 1_000

    public init() {}
}
