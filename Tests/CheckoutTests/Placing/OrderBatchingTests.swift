import FilmClubModel
import Messaging
import TestSupport
import Testing

@testable import CheckoutService

/// The pure rules, without a clock or a database. An order is its number, its outcome the batch that brought it.
@Suite("Orders that come at the same time share a transaction, each with its own outcome")
struct OrderBatchingTests {
    typealias Batching = OrderBatching<Int, UInt64>
    private static let now = ContinuousClock.now
    private struct Refused: Error {}

    /// By reference, so that an expectation can hold a step.
    private final class Rules {
        private var rules: Batching
        init(_ limits: Batching.Limits) { rules = Batching(limits) }

        func nextLook(after now: Batching.Time = OrderBatchingTests.now) -> Batching.Time? {
            rules.nextLook(after: now)
        }
        func submit(_ order: Int, claiming claims: [OrderClaim], bytes: Int = 1) -> Bool {
            rules.submit(order, as: UInt64(order), claiming: claims, bytes: bytes, now: OrderBatchingTests.now)
        }
        func nextBatch(now: Batching.Time = OrderBatchingTests.now) -> Batching.Batch? { rules.nextBatch(now: now) }
        func landed(_ id: UInt64, _ landing: Batching.Landing) -> [Batching.Ending] { rules.landed(id, landing) }
        func withdraw(_ ticket: UInt64) -> Bool { rules.withdraw(ticket) }
        func expire(now: Batching.Time) -> [UInt64] { rules.expire(now: now) }
    }

    /// Where nothing else is said one order is company enough for a second batch.
    private static func batching(_ adjust: (inout Batching.Limits) -> Void = { _ in }) -> Rules {
        var limits = Batching.Limits()
        limits.companionsMin = 1
        adjust(&limits)
        return Rules(limits)
    }

    private static let institution = InstitutionID.generate(now: .now())
    private static let carts = (0..<50).map { _ in CartID.generate(now: .now()) }

    private static func cart(_ number: Int) -> OrderClaim { .cart(institution, carts[number]) }
    private static let keys = (0..<50).compactMap { IdempotencyKey(header: "k\($0)") }
    private static func key(_ number: Int) -> OrderClaim {
        .key(ScopedKey(institution: institution, key: keys[number]))
    }

    /// Admits orders, each with a cart of its own.
    private static func submit(_ orders: Range<Int>, to batching: Rules, bytes: Int = 1) {
        for order in orders {
            #expect(batching.submit(order, claiming: [cart(order)], bytes: bytes))
        }
    }

    private static func outcomes(_ batch: Batching.Batch) -> Batching.Landing {
        .outcomes(batch.orders.map { _ in .success(batch.id) })
    }

    @Test("A lone order goes at once; those that come while it is under way go together")
    func company() throws {
        let batching = Self.batching { $0.batchesUnderWayMax = 1 }
        Self.submit(0..<1, to: batching)
        let first = try #require(batching.nextBatch())
        #expect(first.orders == [0])
        Self.submit(1..<5, to: batching)
        #expect(batching.nextBatch() == nil)
        #expect(batching.landed(first.id, Self.outcomes(first)).map(\.ticket) == [0])
        #expect(batching.nextBatch()?.orders == [1, 2, 3, 4])
        #expect(batching.nextBatch() == nil)
    }

    @Test("A batch is bounded in orders and in bytes; an order larger than a batch goes alone")
    func bounds() {
        let batching = Self.batching {
            $0.batchOrdersMax = 3
            $0.batchBytesMax = 100
            $0.batchesUnderWayMax = 9
        }
        Self.submit(0..<4, to: batching)
        Self.submit(4..<6, to: batching, bytes: 60)
        Self.submit(6..<7, to: batching, bytes: 1_000)
        Self.submit(7..<8, to: batching)
        var batches: [[Int]] = []
        while let batch = batching.nextBatch() { batches.append(batch.orders) }
        #expect(batches == [[0, 1, 2], [3, 4], [5], [6], [7]])
    }

    @Test("Of one cart or one key only one is under way; the other keeps its place and goes when the first is back")
    func claims() throws {
        let batching = Self.batching()
        let claims: [[OrderClaim]] = [
            [Self.cart(0), Self.key(0)], [Self.cart(0), Self.key(1)], [Self.cart(1), Self.key(0)],
            [Self.cart(2), Self.key(2)],
        ]
        for (order, claims) in claims.enumerated() {
            #expect(batching.submit(order, claiming: claims))
        }
        let first = try #require(batching.nextBatch())
        #expect(first.orders == [0, 3])
        #expect(batching.nextBatch() == nil)
        _ = batching.landed(first.id, Self.outcomes(first))
        #expect(batching.nextBatch()?.orders == [1, 2])
    }

    @Test("What fails for all of a batch is run again alone; only the culprit fails")
    func divided() throws {
        let batching = Self.batching { $0.batchesUnderWayMax = 1 }
        Self.submit(0..<3, to: batching)
        let batch = try #require(batching.nextBatch())
        #expect(batching.landed(batch.id, .undone(Refused(), helpsToRepeat: false)).isEmpty)
        Self.submit(3..<4, to: batching)
        for order in 0..<3 {
            let alone = try #require(batching.nextBatch())
            #expect(alone.orders == [order])
            let landing = order == 1 ? .undone(Refused(), helpsToRepeat: false) : Self.outcomes(alone)
            let endings = batching.landed(alone.id, landing)
            #expect(endings.map(\.ticket) == [UInt64(order)])
            #expect((try? endings.first?.outcome.get()) == (order == 1 ? nil : alone.id))
        }
        #expect(batching.nextBatch()?.orders == [3])
    }

    @Test("Where repeating helps, as after a deadlock, an order is run alone again, but not for ever")
    func repeated() throws {
        let batching = Self.batching { $0.runsAloneMax = 3 }
        Self.submit(0..<1, to: batching)
        var runs = 0
        var endings: [Batching.Ending] = []
        while let batch = batching.nextBatch() {
            runs += 1
            endings += batching.landed(batch.id, .undone(Refused(), helpsToRepeat: true))
        }
        #expect(runs == 4)
        #expect(endings.map(\.ticket) == [0])
    }

    @Test("Over the bound an order is refused; one that is withdrawn or has waited too long never goes")
    func waiting() throws {
        let batching = Self.batching {
            $0.waitingOrdersMax = 3
            $0.batchesUnderWayMax = 1
            $0.waitMax = .seconds(2)
        }
        Self.submit(0..<3, to: batching)
        #expect(!batching.submit(3, claiming: [Self.cart(3)]))
        #expect(batching.withdraw(1))
        #expect(!batching.withdraw(1))
        #expect(batching.expire(now: Self.now + .seconds(1)).isEmpty)
        let batch = try #require(batching.nextBatch())
        #expect(batch.orders == [0, 2])
        #expect(!batching.withdraw(0))
        Self.submit(4..<5, to: batching)
        #expect(batching.nextLook() == Self.now + .seconds(2))
        #expect(batching.expire(now: Self.now + .seconds(2)) == [4])
        #expect(batching.landed(batch.id, Self.outcomes(batch)).map(\.ticket) == [0, 2])
        #expect(batching.nextBatch() == nil)
    }

    @Test("A few leave the way to a batch that is under way, but not for long; enough of them go beside it")
    func yielding() throws {
        let batching = Self.batching {
            $0.companionsMin = 3
            $0.yieldMax = .milliseconds(10)
        }
        Self.submit(0..<1, to: batching)
        _ = try #require(batching.nextBatch())
        Self.submit(1..<3, to: batching)
        #expect(batching.nextBatch() == nil)
        let patience = Self.now + .milliseconds(10)
        #expect(batching.nextLook() == patience)
        let late = try #require(batching.nextBatch(now: patience))
        #expect(late.orders == [1, 2])

        Self.submit(3..<6, to: batching)
        #expect(batching.nextBatch(now: patience) == nil, "two are under way")
        _ = batching.landed(late.id, Self.outcomes(late))
        #expect(batching.nextBatch()?.orders == [3, 4, 5], "three are company enough, at once")
    }

    @Test("Who may go and has nowhere to go is not looked at again and again")
    func looks() throws {
        let batching = Self.batching {
            $0.companionsMin = 3
            $0.yieldMax = .milliseconds(10)
        }
        #expect(batching.submit(0, claiming: [Self.cart(0)]))
        _ = try #require(batching.nextBatch())
        #expect(batching.submit(1, claiming: [Self.cart(0)]))
        let later = Self.now + .milliseconds(10)
        #expect(batching.nextBatch(now: later) == nil, "the cart is under way")
        #expect(batching.nextLook(after: later) == Self.now + .seconds(2))
    }

    @Test("Whatever happens, every order ends exactly once, and no two of a cart or key are under way together")
    func randomized() {
        for _ in 0..<300 {
            let seed = UInt64.random(in: .min ... .max)
            var world = RandomWorld(seed: seed)
            world.run()
            #expect(world.endings == world.admitted, "seed \(seed)")
            #expect(world.fault == nil, "seed \(seed)")
        }
    }

    /// Clients that come, go and lose patience, and a database that answers, refuses and breaks.
    private struct RandomWorld {
        private var random: SeededRandom
        private var batching: Batching
        private var claims: [Int: [OrderClaim]] = [:]
        private var underWay: [Batching.Batch] = []
        private var now = OrderBatchingTests.now
        var admitted: [UInt64: Int] = [:]
        var endings: [UInt64: Int] = [:]
        var fault: String?

        init(seed: UInt64) {
            random = SeededRandom(seed: seed)
            var limits = Batching.Limits()
            limits.waitingOrdersMax = .random(in: 1...40, using: &random)
            limits.batchOrdersMax = .random(in: 1...8, using: &random)
            limits.batchBytesMax = .random(in: 1...200, using: &random)
            limits.batchesUnderWayMax = .random(in: 1...3, using: &random)
            limits.companionsMin = .random(in: 1...6, using: &random)
            batching = Batching(limits)
        }

        mutating func run() {
            for order in 0..<200 {
                come(order)
                switch Int.random(in: 0..<8, using: &random) {
                case 0:
                    let ticket = UInt64.random(in: 0...UInt64(order), using: &random)
                    if batching.withdraw(ticket) { end(ticket) }
                case 1:
                    now += .milliseconds(Int.random(in: 0...1_500, using: &random))
                    for ticket in batching.expire(now: now) { end(ticket) }
                case 2, 3, 4: send()
                default: land()
                }
            }
            repeat {
                send()
                while !underWay.isEmpty { land() }
            } while batching.waitingCount > 0 && fault == nil
        }

        private mutating func come(_ order: Int) {
            let ours: [OrderClaim] = [
                OrderBatchingTests.cart(.random(in: 0..<12, using: &random)),
                OrderBatchingTests.key(.random(in: 0..<12, using: &random)),
            ]
            let bytes = Int.random(in: 1...90, using: &random)
            if batching.submit(order, as: UInt64(order), claiming: ours, bytes: bytes, now: now) {
                claims[order] = ours
                admitted[UInt64(order)] = 1
            }
        }

        private mutating func send() {
            while let batch = batching.nextBatch(now: now) {
                underWay.append(batch)
                let all = underWay.flatMap(\.orders).flatMap { claims[$0] ?? [] }
                if Set(all).count != all.count { fault = "two of a cart or key are under way" }
            }
        }

        private mutating func land() {
            guard !underWay.isEmpty else { return }
            let batch = underWay.remove(at: .random(in: 0..<underWay.count, using: &random))
            let landing: Batching.Landing =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: .undone(Refused(), helpsToRepeat: .random(using: &random))
                case 1: .failed(Refused())
                default: OrderBatchingTests.outcomes(batch)
                }
            for ending in batching.landed(batch.id, landing) { end(ending.ticket) }
        }

        private mutating func end(_ ticket: UInt64) { endings[ticket, default: 0] += 1 }
    }
}
