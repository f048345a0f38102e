internal import Reactor

/// What the pool does on its loop: the rules in `PoolState` decide, this acts.
extension PostgresPool {
    /// At once if this is the loop's thread, else queued to it.
    nonisolated func onLoop(_ body: @escaping @Sendable (isolated PostgresPool) -> Void) {
        if loop.isCurrent {
            assumeIsolated { body($0) }
        } else {
            loop.execute { self.assumeIsolated { body($0) } }
        }
    }

    nonisolated func begin(_ work: Work, id: UInt64) {
        onLoop { $0.start(work, id: id) }
        // The handler may have run before the waiter was there to be cancelled.
        if Task.isCancelled { onLoop { $0.cancel(id) } }
    }

    private func start(_ work: Work, id: UInt64) {
        switch state.lease(work, id: id, now: .now, answerBy: work.answerBy) {
        case .granted(let connection): grant(connection, to: work)
        case .refused(let kind):
            let reason =
                kind == .closed ? "the pool is closed" : "\(configuration.waitersMax) wait for a connection already"
            refuse(work, PostgresError(kind, reason))
        case .waiting(let connect):
            if let connect { open(connect) }
            watchDeadline()
            keepTicking()
        }
    }

    /// The pool completes `batch` in any case.
    func submit(_ batch: Batch, on lease: LeaseID) {
        if let connection = leases[lease].flatMap({ connections[$0] }) { return connection.submit(batch) }
        // A lease that is not listed has ended; else its connection has.
        let isEnded = leases[lease] == nil
        let reason = isEnded ? "the connection was given back" : "the connection is gone"
        batch.complete(
            .failure(PostgresError(isEnded ? .closed : .connection, reason, statement: batch.label(0))))
    }

    private func grant(_ id: ConnectionID, to work: Work) {
        switch work {
        case .batch(let batch):
            guard let connection = connections[id] else {
                return refuse(work, PostgresError(.connection, "the connection is gone"))
            }
            connection.submit(batch)
        case .lease(let continuation, _):
            lastLease += 1
            leases[lastLease] = id
            continuation.resume(returning: .success(lastLease))
        }
    }

    func refuse(_ work: Work, _ error: PostgresError) {
        switch work {
        case .batch(let batch): batch.complete(.failure(error.withKind(error.kind, statement: batch.label(0))))
        case .lease(let continuation, _): continuation.resume(returning: .failure(error))
        }
    }

    func cancel(_ id: UInt64) {
        guard let work = state.cancel(id: id) else { return }
        refuse(work, PostgresError(.cancelled, "cancelled while waiting for a connection"))
    }

    /// The connection's work is done: to the next waiter, or kept; closed if it is still in the middle of something.
    func free(_ id: ConnectionID, _ connection: Connection) {
        guard connection.isClean else {
            if !connection.isOutsideTransaction { events?(.leaseReturnedInTransaction) }
            return connection.end(PostgresError(.closed, "the connection was returned in the middle of its work"))
        }
        act(on: state.returned(id, now: .now), id)
    }

    private func act(on decision: PoolState<Work>.Return, _ id: ConnectionID) {
        switch decision {
        case .granted(let work): grant(id, to: work)
        case .kept: break
        case .close: end(id, "the pool is closed")
        }
    }

    // MARK: - Connections

    func openWanted() {
        while let id = state.connectIfWanted(.now) { open(id) }
        keepTicking()
    }

    private func open(_ id: ConnectionID) {
        let connection = Connection(configuration, on: loop, events: events) { signal in
            switch signal {
            case .ready:
                self.lastConnectFailure = nil
                self.act(on: self.state.connected(id, now: .now), id)
                self.openWanted()
            case .idle:
                guard !self.leases.values.contains(id), let connection = self.connections[id] else { return }
                self.free(id, connection)
            case .ended(let error): self.ended(id, error)
            case .notification: break
            }
        }
        connections[id] = connection
        connection.connect()
    }

    private func ended(_ id: ConnectionID, _ error: PostgresError) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        seenFlights[id] = nil
        if state.isClosed {
            _ = state.lost(id, now: .now)
        } else if connection.wasReady {
            events?(.connectionLost(error))
            if let next = state.lost(id, now: .now) { open(next) }
        } else {
            lastConnectFailure = error
            let pause = state.connectFailed(id, now: .now, jitter: .random(in: 0...1))
            events?(.connectFailed(error, retryAfter: pause))
            loop.schedule(after: pause) { self.openWanted() }
        }
        if state.isClosed, connections.isEmpty {
            for waiter in closeWaiters { waiter.resume() }
            closeWaiters = []
        }
    }

    func end(_ id: ConnectionID, _ reason: String) {
        connections[id]?.end(PostgresError(.closed, reason))
    }

    // MARK: - Time

    private func watchDeadline() {
        guard let deadline = state.nextDeadline else { return }
        if let deadlineTimer {
            guard deadline < deadlineTimer.deadline else { return }
            deadlineTimer.timer.cancel()
        }
        let timer = loop.schedule(after: deadline - .now) {
            self.deadlineTimer = nil
            var reason = "no connection to the database came free in time, at most \(self.configuration.leaseWaitMax)"
            if let failure = self.lastConnectFailure { reason += "; the last attempt to connect: \(failure)" }
            for work in self.state.expire(now: .now) { self.refuse(work, PostgresError(.poolTimeout, reason)) }
            self.watchDeadline()
        }
        deadlineTimer = (timer, deadline)
    }

    private func keepTicking() {
        guard tickTimer == nil, !state.isClosed else { return }
        tickTimer = loop.schedule(after: Self.tick) {
            self.tickTimer = nil
            self.onTick()
            if !self.connections.isEmpty || self.state.waiterCount > 0 { self.keepTicking() }
        }
    }

    private func onTick() {
        for id in state.takeStale(now: .now) { end(id, "idle for \(configuration.idleMax)") }
        for (id, connection) in connections {
            guard let flight = connection.boundedFlight else {
                seenFlights[id] = nil
                continue
            }
            let seen = seenFlights[id].flatMap { $0.flight == flight ? $0.ticks : nil } ?? 0
            seenFlights[id] = SeenFlight(flight: flight, ticks: seen + 1)
            if Self.tick * seen > configuration.answerMax {
                connection.end(PostgresError(.connection, "no answer within \(configuration.answerMax)"))
            } else if let answerBy = connection.answerBy, answerBy <= .now {
                connection.end(PostgresError(.connection, "no answer in the time that its caller had"))
            }
        }
    }
}
