internal import FilmClubModel
internal import JSON
internal import Kafka
internal import Postgres
internal import Reactor
internal import ServiceShell

/// Applies messages once each: it owns a consumer's watermarks and its parked messages, and refuses whatever is not
/// a key's next event. It knows nothing of how the messages come.
struct Inbox: Sendable {
    let store: InboxStore
    let pool: PostgresPool
    let handler: any EventHandler
    let limits: InboxLimits
    var tracer = Tracer.off
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
    /// - Parameter patience: kept by the caller from one batch to the next.
    func process(_ messages: [InboxMessage], into report: inout Report, patience: inout Patience) async throws {
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
            patience.batchSucceeded()
        } catch {
            if Self.mayBeItsOwn(error) {
                guard patience.batchFailed() else { throw error }
                return try await applyStubborn(events, into: &report, &patience)
            }
            if Self.passesByItself(error) { throw error }
            for event in events { try await applyAlone(event, into: &report) }
        }
    }

    /// The batch has failed again and again with what usually passes. Each event alone: those that can take effect, and
    /// one that has had all its attempts gets a last one with a longer deadline, and is parked.
    private func applyStubborn(
        _ events: [InboxEvent], into report: inout Report, _ patience: inout Patience
    ) async throws {
        let before = report.applied
        var failures: [TopicKey: (event: InboxEvent, error: any Error)] = [:]
        // Behind a failed event its key waits.
        for event in events where failures[event.key] == nil {
            do {
                try await applyAlone(event, into: &report)
            } catch {
                guard Self.mayBeItsOwn(error) else { throw error }
                failures[event.key] = (event, error)
            }
        }
        let overdue = patience.passEnded(
            failed: failures.keys.sorted(), othersSucceeded: report.applied > before)
        for key in overdue.sorted() {
            guard let event = failures.removeValue(forKey: key)?.event else { continue }
            report += try await applyPatiently(event, attempts: patience.attemptsMax + 1)
        }
        if let (_, error) = failures.values.first { throw error }
        // What waited behind those that are parked now comes again, and is parked behind them as a gap.
        if !overdue.isEmpty { throw ComesAgain() }
    }

    private func applyPatiently(_ event: InboxEvent, attempts: Int32) async throws -> Report {
        do {
            return try await apply([event], releasing: false, within: limits.stubbornDeadline)
        } catch {
            guard Self.mayBeItsOwn(error) || !Self.passesByItself(error) else { throw error }
            return try await park(event, because: error, attempts: attempts)
        }
    }

    /// One transaction: judge, apply, move the watermarks. With `releasing` what waited for an event follows it at
    /// once; without, `events` may themselves be among those that waited.
    private func apply(
        _ events: [InboxEvent], releasing: Bool = true, within deadline: Duration? = nil
    ) async throws -> Report {
        let begin = Instant.now()
        let (report, steps) = try await pool.withTransaction { transaction in
            if let deadline { _ = try await transaction.query(InboxStore.deadline(deadline)) }
            var ledger = try await store.load(Set(events.map(\.key)), in: transaction)
            if !releasing { ledger.ignoreWaiting() }
            let judged = Self.judge(events, &ledger, releasing: releasing)
            let steps = judged.accepted.map(\.asStep)
            if !steps.isEmpty { try await handler.apply(steps, in: transaction) }
            let moved = Set(judged.accepted.map(\.key))
            _ = try await transaction.unit(store.close(ledger, moved: moved, parking: judged.parked))
            let report = Report(applied: steps.count, dropped: judged.dropped, gaps: judged.parked.count)
            return (report, zip(judged.accepted, steps))
        }
        for (event, step) in steps {
            guard let trace = step.envelope.trace else { continue }
            tracer.record(trace) { .applying(event, as: trace, from: begin, to: .now()) }
        }
        return report
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
                return try await park(event, because: error, attempts: attempt)
            }
        }
        return Report()
    }

    private func park(_ event: InboxEvent, because error: any Error, attempts: Int32) async throws -> Report {
        let parked = ParkedMessage(event, reason: .poison, detail: "\(error)", attempts: attempts)
        _ = try await pool.query(store.parkPoison(parked))
        return Report(deadLetters: [parked])
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

    /// What usually passes, but may as well be the event's own and come every time: a deadline (57014), a lock that is
    /// never to be had (55P03), a deadlock or a conflict (class 40).
    static func mayBeItsOwn(_ error: any Error) -> Bool {
        guard let state = (error as? PostgresError)?.sqlState else { return false }
        return state == "57014" || state == "55P03" || state.hasPrefix("40")
    }
}

/// Something was parked that others wait behind: the batch is to be given again.
struct ComesAgain: Error, CustomStringConvertible {
    let description = "an event was parked after many attempts; what came with it is read again"
}

/// The inbox's bounds.
public struct InboxLimits: Sendable {
    /// How often a failing event is tried before it is parked.
    public var attemptsMax: Int32 = 3
    /// Before the second attempt; doubled each time.
    public var retryPause: Duration = .milliseconds(5)
    /// How often a batch fails with what usually passes before its events are looked at one by one.
    public var stubbornBatchesMax = 3
    /// How often an event fails with what usually passes, while others take effect, before its last attempt.
    public var stubbornAttemptsMax: Int32 = 5
    /// The deadline of the statements of that attempt.
    public var stubbornDeadline: Duration = .seconds(30)
    /// How old a gap is when it is asked for first; the pause before each further question is twice the one before.
    public var gapSeconds: Int32 = 5
    /// The longest pause between two questions for one gap. It is never given up: the answer may take a person.
    public var gapPauseSecondsMax: Int32 = 3_600
    /// Questions for one gap that are no news; further ones are warned of.
    public var gapAsksQuiet: Int32 = 3
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
