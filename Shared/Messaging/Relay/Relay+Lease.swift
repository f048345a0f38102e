internal import FilmClubModel
internal import Postgres
internal import Reactor
internal import ServiceShell

/// The right to publish: taken, kept, heard for, and given back.
extension Relay {
    /// Whether this process is the one that publishes.
    public var isHolder: Bool { lease != nil }

    /// Takes or renews the lease. A holder that was stopped for longer than its lease takes it anew, and
    /// finds the cursor where its successor has left it.
    func holdLease() async throws -> Bool {
        let age = ContinuousClock.now - leaseCheckedAt
        if lease != nil, age < limits.leaseRenewal { return true }
        let begun = ContinuousClock.now
        leaseCheckedAt = begun
        if lease != nil, window?.isOpen(at: begun) == true {
            try await save()
            return true
        }
        loseLease()
        guard begun >= leavesLeaseUntil,
            let taken = try await store.acquireLease(holder: holder, for: limits.leaseSeconds)
        else {
            await stopListening()
            return false
        }
        lease = taken
        window = LeaseWindow(from: begun, leaseSeconds: limits.leaseSeconds)
        log.info("relay.lease.taken", ["epoch": .integer(taken.epoch)])
        listen()
        return true
    }

    /// The cursor moves, and the lease is renewed by the same write. Where that fails the lease is taken anew, if it can
    /// be, with the cursor that the row has then.
    func save() async throws {
        guard let held = lease else { throw RelayFenced(epoch: nil) }
        let begun = ContinuousClock.now
        guard try await store.save(held, for: limits.leaseSeconds) else { throw RelayFenced(epoch: held.epoch) }
        renewed(held.epoch, since: begun)
        if lease?.epoch == held.epoch { lease?.saved = held.cursor }
    }

    private func renewed(_ epoch: Int64, since begun: ContinuousClock.Instant) {
        guard lease?.epoch == epoch else { return }
        leaseCheckedAt = begun
        window = LeaseWindow(from: begun, leaseSeconds: limits.leaseSeconds)
    }

    /// The window to send in: the lease's, or a renewed one's if that is over.
    func openWindow() async throws -> LeaseWindow {
        guard let held = lease, let window else { throw RelayFenced(epoch: nil) }
        let now = ContinuousClock.now
        if window.isOpen(at: now) { return window }
        guard try await store.renewLease(epoch: held.epoch, for: limits.leaseSeconds) else {
            throw RelayFenced(epoch: held.epoch)
        }
        renewed(held.epoch, since: now)
        guard lease?.epoch == held.epoch, let window = self.window else { throw RelayFenced(epoch: nil) }
        return window
    }

    /// Moves the cursor in memory, unless the lease was given up while something was waited for.
    func keep(_ moved: RelayStore.Lease) throws(RelayFenced) {
        guard lease?.epoch == moved.epoch else { throw RelayFenced(epoch: nil) }
        lease = moved
    }

    /// From here on another process may publish, answer requests and finish replays: what was in hand is theirs.
    func loseLease() {
        lease = nil
        window = nil
        replays = [:]
    }

    /// As above, with records under way, none of which may be sent from here on.
    private func loseLeaseWhileSending() async {
        loseLease()
        await publisher.abandon()
    }

    /// While a turn waits for the broker nothing else renews the lease. Without this every process would begin to wait in
    /// its turn, and publish the same page when the broker comes back. But a broker that is silent for very long may be
    /// this process's own trouble: then another one shall try.
    func keepLease() async {
        while (try? await loop.sleep(for: limits.leaseRenewal)) != nil {
            guard let held = lease, ContinuousClock.now - leaseCheckedAt >= limits.leaseRenewal * 2 else { continue }
            do {
                let begun = ContinuousClock.now
                if let sendBegunAt, begun - sendBegunAt >= limits.sendWaitMax {
                    log.warning("relay.lease.given_up", ["epoch": .integer(held.epoch)])
                    // Twice the others' interval: one of them shall have asked by then.
                    leavesLeaseUntil = begun + limits.leaseRenewal * 2
                    await loseLeaseWhileSending()
                    try await store.releaseLease(epoch: held.epoch)
                } else if sendBegunAt != nil, window?.isOpen(at: begun) != true {
                    // Nobody could renew it, or nobody ran. First of all nothing more of it may be sent.
                    log.warning("relay.lease.expired", ["epoch": .integer(held.epoch)])
                    await loseLeaseWhileSending()
                } else if try await store.renewLease(epoch: held.epoch, for: limits.leaseSeconds) {
                    renewed(held.epoch, since: begun)
                } else if lease?.epoch == held.epoch {
                    log.warning("relay.lease.lost", ["epoch": .integer(held.epoch)])
                    await loseLeaseWhileSending()
                }
            } catch {
                log.warning("relay.lease.failed", [.error: .error(error)])
            }
        }
    }

    /// Lets the next process take over at once.
    func release() async {
        await stopListening()
        guard let held = lease else { return }
        if sendBegunAt == nil { loseLease() } else { await loseLeaseWhileSending() }
        do {
            try await store.releaseLease(epoch: held.epoch)
        } catch {
            log.warning("relay.release.failed", [.error: .error(error)])
        }
    }

    // MARK: - Waking

    /// Something was committed to the log by this process. From any thread.
    public nonisolated func wake() {
        loop.execute {
            self.assumeIsolated { relay in
                if relay.lease == nil { relay.notifyHolder() } else { relay.wakeUp.signal() }
            }
        }
    }

    /// At most one in each interval; a lost one is made good by the holder's poll.
    private func notifyHolder() {
        guard !notificationIsDue, !isStopping else { return }
        notificationIsDue = true
        loop.schedule(after: limits.notifyInterval) {
            self.notificationIsDue = false
            Task {
                do {
                    try await self.store.notifyHolder()
                } catch {
                    self.log.debug("relay.notify.failed", [.error: .error(error)])
                }
            }
        }
    }

    /// A lost connection is made again by the listener, which says so: then we look too.
    private func listen() {
        guard listener == nil, !isStopping else { return }
        let listener = PostgresListener(
            store.pool.configuration, channels: [RelayStore.channel], on: loop, events: { [log] in log.postgres($0) })
        self.listener = listener
        Task {
            await listener.start()
            for await _ in listener.notifications where self.lease != nil { self.wakeUp.signal() }
        }
    }

    private func stopListening() async {
        let ended = listener
        listener = nil
        await ended?.close()
    }
}

/// Another process has taken the lease, or may have: this one must not write.
struct RelayFenced: Error, CustomStringConvertible {
    /// The one that this process held; nil if it has given it up already.
    let epoch: Int64?
    var description: String {
        epoch.map { "another relay has taken over since epoch \($0), or the cursor's row was put back" }
            ?? "the lease was given up"
    }
}
