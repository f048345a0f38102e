import Testing

@testable import Postgres

@Suite struct PoolStateTests {
    typealias State = PoolState<String>

    let start = ContinuousClock.now

    func state(_ adjust: (inout State.Limits) -> Void = { _ in }) -> State {
        var limits = State.Limits()
        limits.connectionsMax = 2
        adjust(&limits)
        return State(limits)
    }

    @Test("A connection is opened for each waiter up to the bound, and no further")
    func bound() {
        var state = state()
        #expect(state.lease("a", id: 1, now: start) == .waiting(connect: 1))
        #expect(state.lease("b", id: 2, now: start) == .waiting(connect: 2))
        #expect(state.lease("c", id: 3, now: start) == .waiting(connect: nil))
        #expect(state.connectionCount == 2)
        #expect(state.waiterCount == 3)
    }

    @Test("Waiters are served in the order they came, by whatever comes free first")
    func order() {
        var state = state()
        for (id, waiter) in ["a", "b", "c"].enumerated() { _ = state.lease(waiter, id: UInt64(id), now: start) }
        #expect(granted(state.connected(2, now: start)) == "a")
        #expect(granted(state.returned(2, now: start)) == "b")
        #expect(granted(state.connected(1, now: start)) == "c")
        #expect(isKept(state.returned(1, now: start)))
        #expect(state.lease("d", id: 9, now: start) == .granted(1))
    }

    @Test("A waiter whose deadline is over leaves the queue, those with time left stay")
    func deadline() {
        var state = state { $0.leaseWaitMax = .milliseconds(50) }
        _ = state.lease("a", id: 1, now: start)
        _ = state.lease("b", id: 2, now: start + .milliseconds(20))
        #expect(state.nextDeadline == start + .milliseconds(50))
        #expect(state.expire(now: start + .milliseconds(49)) == [])
        #expect(state.expire(now: start + .milliseconds(50)) == ["a"])
        #expect(state.nextDeadline == start + .milliseconds(70))
    }

    @Test("A waiter with less patience than the limit leaves before those who came earlier")
    func impatient() {
        var state = state { $0.leaseWaitMax = .milliseconds(50) }
        _ = state.lease("a", id: 1, now: start)
        _ = state.lease("b", id: 2, now: start, answerBy: start + .milliseconds(10))
        _ = state.lease("c", id: 3, now: start, answerBy: start + .seconds(9))
        #expect(state.nextDeadline == start + .milliseconds(10))
        #expect(state.expire(now: start + .milliseconds(10)) == ["b"])
        #expect(state.nextDeadline == start + .milliseconds(50))
        #expect(state.expire(now: start + .milliseconds(50)) == ["a", "c"])
        #expect(state.nextDeadline == nil)
    }

    @Test("A cancelled waiter gets no connection")
    func cancelled() {
        var state = state()
        _ = state.lease("a", id: 1, now: start)
        _ = state.lease("b", id: 2, now: start)
        #expect(state.cancel(id: 1) == "a")
        #expect(state.cancel(id: 1) == nil)
        #expect(granted(state.connected(1, now: start)) == "b")
    }

    @Test("More waiters than the bound are refused at once")
    func waitersBound() {
        var state = state { $0.waitersMax = 1 }
        _ = state.lease("a", id: 1, now: start)
        #expect(state.lease("b", id: 2, now: start) == .refused(.poolFull))
    }

    @Test("While the server is away one connection at a time tries, with growing pauses, and success resets them")
    func backOff() {
        var state = state {
            $0.backOffMin = .milliseconds(100)
            $0.backOffMax = .milliseconds(350)
        }
        _ = state.lease("a", id: 1, now: start)
        _ = state.lease("b", id: 2, now: start)
        #expect(state.connectFailed(1, now: start, jitter: 1) == .milliseconds(100))
        #expect(state.connectFailed(2, now: start, jitter: 0) == .milliseconds(100))
        #expect(state.connectIfWanted(start + .milliseconds(99)) == nil)
        let later = start + .milliseconds(100)
        #expect(state.connectIfWanted(later) == 3)
        #expect(state.connectIfWanted(later) == nil)
        #expect(state.connectFailed(3, now: later, jitter: 1) == .milliseconds(350))
        let muchLater = later + .seconds(1)
        #expect(state.connectIfWanted(muchLater) == 4)
        #expect(granted(state.connected(4, now: muchLater)) == "a")
        #expect(state.connectIfWanted(muchLater) == 5)
        #expect(state.connectFailed(5, now: muchLater, jitter: 1) == .milliseconds(100))
    }

    @Test("A lost connection is replaced if somebody waits")
    func lost() {
        var state = state { $0.connectionsMax = 1 }
        _ = state.lease("a", id: 1, now: start)
        #expect(granted(state.connected(1, now: start)) == "a")
        _ = state.lease("b", id: 2, now: start)
        #expect(state.lost(1, now: start) == 2)
        #expect(granted(state.connected(2, now: start)) == "b")
        #expect(state.lost(2, now: start) == nil)
        #expect(state.connectionCount == 0)
    }

    @Test("Idle connections above the minimum are given up after a while, those used last at the end")
    func idle() {
        var state = state {
            $0.connectionsMin = 1
            $0.connectionsMax = 3
            $0.idleMax = .seconds(60)
        }
        for id in 1...3 { _ = state.lease("w", id: UInt64(id), now: start) }
        for id in 1...3 { _ = state.connected(UInt64(id), now: start) }
        for id in 1...3 { #expect(isKept(state.returned(UInt64(id), now: start + .seconds(id)))) }
        #expect(state.takeStale(now: start + .seconds(60)) == [])
        #expect(state.takeStale(now: start + .seconds(62)) == [1, 2])
        #expect(state.takeStale(now: start + .seconds(999)) == [])
        #expect(state.idleCount == 1)
    }

    @Test("The minimum is opened without anybody waiting")
    func minimum() {
        var state = state { $0.connectionsMin = 2 }
        #expect(state.connectIfWanted(start) == 1)
        #expect(state.connectIfWanted(start) == 2)
        #expect(state.connectIfWanted(start) == nil)
        #expect(isKept(state.connected(1, now: start)))
    }

    @Test("A closed pool refuses, gives up its waiters and idle connections, and closes what comes back")
    func closed() {
        var state = state { $0.connectionsMax = 3 }
        for id in 1...4 { _ = state.lease("w\(id)", id: UInt64(id), now: start) }
        #expect(granted(state.connected(1, now: start)) == "w1")
        #expect(granted(state.connected(2, now: start)) == "w2")
        let (waiters, connections) = state.close()
        #expect(waiters == ["w3", "w4"])
        #expect(connections == [3])
        #expect(state.lease("late", id: 9, now: start) == .refused(.closed))
        guard case .close = state.returned(1, now: start) else {
            Issue.record("a connection was kept by a closed pool")
            return
        }
        #expect(state.lost(1, now: start) == nil)
        #expect(state.connectionCount == 1)
    }

    private func granted(_ decision: State.Return) -> String? {
        if case .granted(let waiter) = decision { waiter } else { nil }
    }

    private func isKept(_ decision: State.Return) -> Bool {
        if case .kept = decision { true } else { false }
    }
}
