internal import Reactor

/// Deadlines that a dripping client cannot stretch. The library's own timeout starts anew at every byte; these run
/// from the beginning of a stage, whatever trickles in.
extension Listener {
    /// Marks the beginning of a stage. Ticks, not clocks: this happens several times a request.
    func enter(_ stage: Client.Stage, _ client: Client) {
        client.stage = stage
        client.stageBegan = ticks
        if ticker == nil { scheduleTick() }
    }

    /// A second, or a quarter of the shortest deadline if that is less.
    private var tickDuration: Duration {
        let limits = configuration.limits
        let shortest = min(
            limits.headDurationMax, limits.bodyDurationMax, limits.handlerDurationMax, limits.writeDurationMax)
        return max(.milliseconds(10), min(.seconds(1), shortest / 4))
    }

    private func scheduleTick() {
        ticker = loop.schedule(after: tickDuration) { self.tick() }
    }

    private func tick() {
        ticks += 1
        for client in clients.values where tickDuration * (ticks - client.stageBegan) > limit(of: client.stage) {
            switch client.stage {
            case .handler: abandonHandler(of: client, answer: .timedOut)
            case .head, .body, .write: client.connection.cutOff()
            }
        }
        ticker = nil
        // An idle server has nobody to wait for and sleeps.
        if !clients.isEmpty { scheduleTick() }
    }

    private func limit(of stage: Client.Stage) -> Duration {
        switch stage {
        case .head: configuration.limits.headDurationMax
        case .body: configuration.limits.bodyDurationMax
        case .handler: configuration.limits.handlerDurationMax
        case .write: configuration.limits.writeDurationMax
        }
    }
}
