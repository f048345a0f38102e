import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import JOSE
import JSON
import Messaging
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Orders that use a grant")
struct GrantedOrderTests {
    @Test("A grant of 50 % halves the screening fees, once, and its order says so")
    func used() async throws {
        try await Till.with { till in
            let grant = try await till.granted()
            let answer = try await till.order(with: grant, key: "k")
            #expect(answer.status == 201)
            #expect(answer.json["total"]?["minorUnits"] == 125_000)
            #expect(answer.json["charge"]?["screeningFees"]?["minorUnits"] == 250_000)
            #expect(
                answer.json["charge"]?["discount"] == [
                    "grantId": .string(grant.text), "percent": 50,
                    "amount": ["minorUnits": 125_000, "currency": "USD"],
                ])
            let id = try #require(answer.orderID)
            let placed = try JSON.decode(OrderPlaced.self, from: try await till.logged(.orders, id.text)[0].body)
            #expect(placed.charge?.discount?.grantId == grant && placed.total.minorUnits == 125_000)
            let shown = try await till.send("GET", "/v1/grants/\(grant)", as: [.viewer], of: till.house.school.id)
            #expect(shown.json["order"] == ["id": .string(id.text), "href": .string("/v1/orders/\(id)")])

            let again = try await till.order(with: grant)
            #expect(again.status == 409 && again.problem == "grant-used")
            #expect(again.json["order"] == shown.json["order"])
            // Used once, whatever becomes of the order.
            _ = try await till.pool.query("UPDATE orders SET state = 'cancelled'")
            #expect(try await till.order(with: grant).problem == "grant-used")
            #expect(try await till.count("orders") == 1)
        }
    }

    @Test("A repeated request gets the same bytes, though its grant is used by then; with another grant it is another")
    func repeated() async throws {
        try await Till.with { till in
            let grant = try await till.granted()
            let request = till.house.request()
            let first = try await till.order(request, with: grant, key: "k")
            #expect(try await till.order(request, with: grant, key: "k").bytes == first.bytes)
            #expect(try await till.order(request, key: "k").problem == "idempotency-key-reused")
            let other = try await till.order(request, with: .generate(now: .now()), key: "k")
            #expect(other.problem == "idempotency-key-reused")
        }
    }

    @Test("A key of yesterday's request without a grant still gives yesterday's answer")
    func fingerprint() throws {
        let request = try SampleHouse().request()
        let films = request.filmIds.map { "\"\($0)\"" }.joined(separator: ",")
        let question = """
            ["POST /v1/orders","\(request.cartId)","\(request.programmeId)",\(films),\
            {"method":"purchase_order","purchaseOrderNumber":"PO-2026-17"}]
            """
        #expect(try PlaceOrder.fingerprint(request) == Hashing.sha256(Array(question.utf8)))
        var other = request
        other.grantId = .generate(now: .now())
        #expect(try PlaceOrder.fingerprint(other) != PlaceOrder.fingerprint(request))
    }

    @Test("A grant that cannot be used is refused by name; neither key nor cart nor grant is used up")
    func refusals() async throws {
        try await Till.with { till in
            let other = try SampleHouse().school
            try await till.importing([other])
            let another = try await till.granted(of: other.id)
            let request = till.house.request()
            let undecided = try #require(try await till.apply().grantID)
            let before = try await till.ground.counts()
            func problem(_ grant: GrantID) async throws -> String? {
                try await till.order(request, with: grant, key: "k").problem
            }
            #expect(try await problem(.generate(now: .now())) == "grant-unknown")
            #expect(try await problem(another) == "grant-unknown")
            #expect(try await problem(undecided) == "grant-not-granted")
            for grant in [JSONValue.string("../../etc"), 7, ["id": .string(undecided.text)], ""] {
                let answer = try await till.order(request, key: "k") { $0["grantId"] = grant }
                #expect(answer.status == 400 && answer.problem == "invalid-field")
            }
            #expect(try await till.ground.counts() == before)

            _ = try await till.decide(undecided, ["decision": "granted", "percent": 30])
            try await till.stateCycle(from: .now() + .seconds(3_600), until: .now() + .seconds(7_200))
            #expect(try await problem(undecided) == "grant-not-yet-valid")
            try await till.endCycle()
            #expect(try await problem(undecided) == "grant-expired")
            #expect(try await till.count("orders") == 0)
            try await till.stateCycle()
            let answer = try await till.order(request, with: undecided, key: "k")
            #expect(answer.status == 201 && answer.json["total"]?["minorUnits"] == 175_000)
        }
    }

    @Test("A cycle that ends between decision and insert is over: by the database's clock and no other")
    func endsInBetween() async throws {
        try await Till.with { till in
            let grant = try await till.granted()
            let rush = Rush(till)
            var request = till.house.request()
            request.grantId = grant
            let command = try rush.command(request)
            let outcomes = try await rush.together([command, try rush.command(till.house.request())]) {
                try await till.endCycle()
            }
            let refused = outcomes.contains { outcome in
                if case .success(.rejected(.pricing(.grantExpired))) = outcome { true } else { false }
            }
            #expect(refused)
            #expect(outcomes.compactMap(\.placed).count == 1)
        }
    }

    @Test("Two orders of one grant in the queue: never in one batch, one is placed, the other hears of it")
    func twoOfAGrant() async throws {
        try await Till.with { till in
            let grant = try await till.granted()
            let rush = Rush(till)
            let commands = try (0..<2).map { _ in
                var request = till.house.request()
                request.grantId = grant
                return try rush.command(request)
            }
            let outcomes = try await rush.together(commands)
            let order = try #require(outcomes.compactMap(\.placed).first)
            #expect(outcomes.compactMap(\.placed).count == 1)
            let told = outcomes.contains { outcome in
                if case .success(.rejected(.pricing(.grantUsed(order.id)))) = outcome { true } else { false }
            }
            #expect(told)
            #expect(await rush.batches.count == 3)
        }
    }

    static let rounds = 50

    @Test("Of two orders racing for one grant one wins, and the other is told which order has it: over two processes")
    func race() async throws {
        try await Till.with { first in
            let school = first.house.school.id
            _ = try await first.pool.query(
                """
                INSERT INTO grant_cycles (name, starts_at, ends_at)
                SELECT 'cycle-' || n, now() - interval '1 day', now() + interval '1 day'
                FROM generate_series(1, \(Self.rounds)) AS n
                """)
            let grants = try await first.pool.query(
                """
                INSERT INTO grants (id, version, institution_id, cycle, state, percent, statement)
                SELECT gen_random_uuid(), 2, \(school), name, 'granted', 50, 'We have no budget.' FROM grant_cycles
                RETURNING id
                """
            ).map { try $0.get("id", as: GrantID.self) }
            try await first.withAnotherProcess { second in
                for grant in grants {
                    let (one, two) = (first.house.request(), first.house.request())
                    async let here = first.order(one, with: grant, key: "one \(grant)".keyed)
                    async let there = second.order(two, with: grant, key: "two \(grant)".keyed)
                    let answers = try await [here, there]
                    let winner = try #require(answers.first { $0.status == 201 }, "\(answers.map(\.text))")
                    let loser = try #require(answers.first { $0.status != 201 })
                    #expect(loser.status == 409 && loser.problem == "grant-used")
                    #expect(loser.json["order"]?["id"] == winner.json["id"])
                }
                // A lost race used up neither cart nor key: nothing is stored of it.
                #expect(try await first.count("orders") == Int64(Self.rounds))
                #expect(try await first.count("idempotency_keys") == Int64(Self.rounds))
                #expect(try await first.count("order_lines") == Int64(5 * Self.rounds))
            }
        }
    }
}

extension String {
    fileprivate var keyed: String { replacing(" ", with: "-") }
}
