internal import Reactor

/// One connection on the loop: connects, sends one batch at a time and reads its answers up to the Sync, whatever
/// has become of the caller. Belongs to the loop's thread; one actor on that loop owns it.
final class Connection {
    enum Signal {
        case ready
        /// Nothing is in flight or queued any more.
        case idle
        case notification(channel: String, payload: String)
        /// It is gone; nothing follows.
        case ended(PostgresError)
    }

    private enum Phase { case connecting, settingUp, ready, ended }

    let configuration: PostgresConfiguration
    private let loop: EventLoop
    private let events: (@Sendable (PostgresEvent) -> Void)?
    /// Refers to the owner; dropped at the end, so that no cycle stays.
    private var signal: ((Signal) -> Void)?

    private var phase = Phase.connecting
    private var pq: LibPQ?
    private var watch: Watch?
    private var connectTimer: LoopTimer?
    private var watchesWrite = false

    private var statements: StatementCache
    private var queue = FIFO<Batch>()
    private var flight: Flight?
    private var flights: UInt64 = 0

    init(
        _ configuration: PostgresConfiguration, on loop: EventLoop,
        events: (@Sendable (PostgresEvent) -> Void)?, signal: @escaping (Signal) -> Void
    ) {
        self.configuration = configuration
        self.loop = loop
        self.events = events
        self.signal = signal
        statements = StatementCache(max: configuration.preparedStatementsMax)
    }

    /// Outside of any transaction and with nothing in flight: fit for another lease.
    var isClean: Bool { phase == .ready && flight == nil && queue.isEmpty && pq?.isOutsideTransaction == true }
    var isOutsideTransaction: Bool { pq?.isOutsideTransaction == true }
    private(set) var wasReady = false
    /// Which batch is in flight, if any: tells the owner whether one has been there for too long.
    var boundedFlight: UInt64? { flight?.batch.isBounded == true ? flights : nil }

    /// When whoever waits for the batch in flight no longer does.
    var answerBy: ContinuousClock.Instant? { flight?.batch.answerBy }

    // MARK: - Life

    func connect() {
        connectTimer = loop.schedule(after: configuration.connectMax) { [weak self] in
            guard let self else { return }
            end(PostgresError(.connection, "no connection within \(configuration.connectMax)"))
        }
        do throws(PostgresError) {
            let events = events
            pq = try LibPQ(configuration) { report in
                events?(.notice(severity: report.severity, sqlState: report.sqlState, message: report.message))
            }
            guard pq?.isFailed == false else { throw PostgresError(.connection, pq?.failureText ?? "") }
            // "behave as if PQconnectPoll last returned PGRES_POLLING_WRITING" (libpq's documentation).
            watch(for: .write)
        } catch {
            end(error)
        }
    }

    private func pollConnect() {
        guard let pq else { return }
        // libpq may close this socket and open another one under the same number.
        watch?.cancel()
        watch = nil
        switch pq.pollConnect() {
        case .read: watch(for: .read)
        case .write: watch(for: .write)
        case .failed: end(PostgresError(.connection, pq.failureText))
        case .connected:
            guard pq.setNonBlocking(), pq.enterPipelineMode() else {
                return end(PostgresError(.connection, pq.failureText))
            }
            phase = .settingUp
            watch(for: .read)
            var setUp = Batch([configuration.sessionSettings], commit: .never)
            setUp.completion = .setUp
            setUp.prepares = false
            send(setUp)
        }
    }

    private func finishSetUp(_ outcome: Result<[Rows], PostgresError>) {
        connectTimer?.cancel()
        connectTimer = nil
        switch outcome {
        case .failure(let error): end(error)
        case .success:
            phase = .ready
            wasReady = true
            events?(.connected)
            signal?(.ready)
        }
    }

    /// Closes the socket; what was in flight or queued fails with what is known of its outcome.
    func end(_ error: PostgresError) {
        guard phase != .ended else { return }
        phase = .ended
        connectTimer?.cancel()
        watch?.cancel()
        watch = nil
        pq = nil
        if let flight {
            self.flight = nil
            flight.batch.complete(.failure(flight.outcome(whenLostWith: error)))
        }
        for batch in queue.removeAll() {
            batch.complete(.failure(error.withKind(.connection, statement: batch.label(0))))
        }
        let signal = signal
        self.signal = nil
        signal?(.ended(error))
    }

    // MARK: - Sending

    /// Sends it now, or when those before it are answered.
    func submit(_ batch: Batch) {
        guard phase == .ready else {
            return batch.complete(
                .failure(PostgresError(.connection, "the connection is gone", statement: batch.label(0))))
        }
        if flight == nil { send(batch) } else { queue.append(batch) }
    }

    private func send(_ batch: Batch) {
        guard let pq else { return }
        flights += 1
        var flight = Flight(batch, commits: pq.isOutsideTransaction ? batch.commit : batch.commitInTransaction)
        if let fault = flight.plan(with: &statements, isOutsideTransaction: pq.isOutsideTransaction) {
            batch.complete(.failure(fault))
            return proceed()
        }
        self.flight = flight
        switch batch.body {
        case .statements:
            guard flight.send(on: pq), pq.sync() else { return fail() }
        case .script(let text):
            guard pq.exitPipelineMode(), pq.executeScript(text) else { return fail() }
        }
        flush()
    }

    private func flush() {
        guard let pq else { return }
        switch pq.flush() {
        case .failed: fail()
        case .done:
            flight?.isSent = true
            setWatchesWrite(false)
        case .partial:
            // And for reading too: the server may not take more before it got rid of its answers.
            setWatchesWrite(true)
        }
    }

    private func setWatchesWrite(_ wanted: Bool) {
        guard wanted != watchesWrite else { return }
        watchesWrite = wanted
        do { try watch?.change(to: wanted ? [.read, .write] : .read) } catch {
            end(PostgresError(.connection, "\(error)"))
        }
    }

    // MARK: - Receiving

    private func watch(for interest: Interest) {
        guard let pq else { return }
        do {
            watch = try loop.watch(pq.socket, for: interest) { [weak self] readiness in self?.onReady(readiness) }
        } catch {
            end(PostgresError(.connection, "\(error)"))
        }
    }

    private func onReady(_ readiness: Readiness) {
        guard phase != .connecting else { return pollConnect() }
        if !readiness.isDisjoint(with: [.read, .hangup]) { receive() }
        if phase != .ended, readiness.contains(.write) || watchesWrite { flush() }
    }

    private func receive() {
        guard let pq else { return }
        let isConsumed = pq.consumeInput()
        while flight != nil, phase != .ended, !pq.isBusy {
            switch pq.next(for: flight?.currentStatement ?? "") {
            case .sync: land()
            case .end where flight?.isScript == true:
                guard pq.enterPipelineMode() else { return fail() }
                land()
            case .failure(let report) where !report.isFromServer && !pq.isAlive:
                // libpq would go on and report the same of each statement.
                return fail()
            case .unsupported(let what):
                return end(PostgresError(.connection, "\(what) is not supported", statement: flight?.currentLabel))
            case let incoming:
                flight?.note(incoming, &statements)
                if flight?.isOutOfStep == true {
                    return end(PostgresError(.connection, "answers out of step with the statements"))
                }
            }
        }
        while phase != .ended, let (channel, payload) = pq.nextNotification() {
            signal?(.notification(channel: channel, payload: payload))
        }
        if phase != .ended, !isConsumed || !pq.isAlive { fail() }
    }

    /// The batch in flight is answered.
    private func land() {
        guard let flight else { return }
        self.flight = nil
        switch flight.batch.completion {
        case .setUp: return finishSetUp(flight.outcome)
        case .caller where flight.isToBeRepeated:
            var batch = flight.batch
            batch.isRetry = true
            return send(batch)
        case .caller, .housekeeping: flight.batch.complete(flight.outcome)
        }
        proceed()
    }

    private func proceed() {
        guard flight == nil, phase == .ready else { return }
        if let next = queue.popFirst() {
            send(next)
        } else if isOutsideTransaction, !statements.discarded.isEmpty {
            let discarded = statements.takeDiscarded().map { SQL.trusted("DEALLOCATE \($0)") }
            var batch = Batch(discarded, commit: .never)
            batch.prepares = false
            send(batch)
        } else {
            signal?(.idle)
        }
    }

    private func fail() { end(PostgresError(.connection, pq?.failureText ?? "closed")) }
}

extension PostgresConfiguration {
    /// Sent once a connection: as settings in the connection string some poolers refuse them.
    fileprivate var sessionSettings: SQL {
        """
        /* sessionSettings */
        SELECT set_config('statement_timeout', \(statementTimeout.milliseconds), false),
            set_config('lock_timeout', \(lockTimeout.milliseconds), false),
            set_config('idle_in_transaction_session_timeout', \(idleInTransactionTimeout.milliseconds), false),
            set_config('TimeZone', 'UTC', false)
        """
    }
}

extension Duration {
    /// For a PostgreSQL setting: "1500ms". Rounded up, so that a short limit does not become none.
    var milliseconds: String {
        let (seconds, attoseconds) = components
        let milliseconds = Double(seconds) * 1_000 + Double(attoseconds) / 1e15
        return "\(Int32(clamping: Int64(min(max(0, milliseconds.rounded(.up)), 2e9))))ms"
    }
}
