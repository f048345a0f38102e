internal import Reactor

/// Deadlines that a dripping client cannot stretch. The library's own timeout starts anew at every byte; these run
/// from the beginning of a stage, whatever trickles in.
extension Listener {
    /// Marks the beginning of a stage. Ticks, not clocks: this happens several times a request.
    func enter(_ stage: Peer.Stage, _ peer: Peer) {
        peer.stage = stage
        peer.stageBegan = ticks
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
        let tickDuration = tickDuration
        for peer in peers.values where tickDuration * (ticks - peer.stageBegan) > limit(of: peer.stage) {
            switch peer.stage {
            case .handler: abandonHandler(of: peer, answer: .timedOut)
            case .head, .body, .write: peer.connection.cutOff()
            }
        }
        ticker = nil
        // An idle server has nobody to wait for and sleeps.
        if !peers.isEmpty { scheduleTick() }
    }

    private func limit(of stage: Peer.Stage) -> Duration {
        switch stage {
        case .head: configuration.limits.headDurationMax
        case .body: configuration.limits.bodyDurationMax
        case .handler: configuration.limits.handlerDurationMax
        case .write: configuration.limits.writeDurationMax
        }
    }
}
