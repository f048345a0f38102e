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

    /// How long ago the tick with this number was.
    func duration(since tick: Int) -> Duration { tickDuration * (ticks - tick) }

    private func scheduleTick() {
        ticker = loop.schedule(after: tickDuration) { self.tick() }
    }

    private func tick() {
        ticks += 1
        for peer in peers.values {
            switch peer.stage {
            case .stream: if let stream = peer.exchange?.stream { tend(stream) }
            case .idle, .head, .body, .handler, .write: if isOver(peer) { end(peer) }
            }
        }
        noteStorm()
        // It looks away from the listening socket too when the process is out of descriptors, and tells nobody.
        runSoon()
        ticker = nil
        // An idle server has nobody to wait for and sleeps.
        if !peers.isEmpty { scheduleTick() }
    }

    /// Connections that are worth the milliseconds it takes to give their memory back.
    private static let stormConnectionsMin = 1_000

    private func noteStorm() {
        peersMost = max(peersMost, peers.count)
        guard peersMost >= Self.stormConnectionsMin, peers.count < peersMost / 4 else { return }
        peersMost = peers.count
        giveBackMemory()
    }

    private func isOver(_ peer: Peer) -> Bool {
        let limits = configuration.limits
        let limit =
            switch peer.stage {
            case .idle: limits.idleDurationMax
            case .head: limits.headDurationMax
            case .body: limits.bodyDurationMax
            case .handler: limits.handlerDurationMax
            case .write: limits.writeDurationMax
            case .stream: limits.eventStallDurationMax
            }
        return duration(since: peer.stageBegan) > limit
    }

    private func end(_ peer: Peer) {
        switch peer.stage {
        case .handler: abandonHandler(of: peer, answer: .timedOut)
        case .head, .body:
            // The library takes no answer before the request is whole, so this one goes past it.
            if let exchange = peer.exchange { farewell(exchange, Response(.requestTimedOut)) }
            peer.connection.cutOff()
        case .idle, .write, .stream: peer.connection.cutOff()
        }
    }
}
