import CheckoutDomain
import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Requests that become no order leave nothing behind")
struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int
        let problem: String
        let change: @Sendable (inout JSONObject, SampleHouse) throws -> Void

        init(
            _ description: String, _ status: Int, _ problem: String,
            _ change: @escaping @Sendable (inout JSONObject, SampleHouse) throws -> Void
        ) {
            testDescription = description
            self.status = status
            self.problem = problem
            self.change = change
        }
    }

    static func films(_ ids: some Sequence<FilmID>) -> JSONValue { .array(ids.map { .string($0.text) }) }

    static let cases: [Case] = [
        Case("a price", 400, "invalid-field") { body, _ in body["price"] = 1 },
        Case("a total", 400, "invalid-field") { body, _ in
            body["total"] = ["minorUnits": 1, "currency": "USD"]
        },
        Case("a price within the payment", 400, "invalid-field") { body, _ in
            body["payment"] = ["method": "purchase_order", "purchaseOrderNumber": "PO", "amount": 1]
        },
        Case("four films", 422, "wrong-number-of-films") { body, house in
            body["filmIds"] = films(house.films.prefix(4).map(\.id))
        },
        Case("six films", 422, "wrong-number-of-films") { body, house in
            body["filmIds"] = films(house.films.prefix(6).map(\.id))
        },
        Case("a thousand films", 422, "wrong-number-of-films") { body, house in
            body["filmIds"] = films((0..<1_000).map { _ in .generate(now: SampleHouse.now) })
        },
        Case("five times the same film", 422, "film-repeated") { body, house in
            body["filmIds"] = films((0..<5).map { _ in house.films[0].id })
        },
        Case("an unknown film", 422, "film-unknown") { body, house in
            body["filmIds"] = films(house.films.prefix(4).map(\.id) + [.generate(now: SampleHouse.now)])
        },
        Case("a withdrawn film", 422, "film-withdrawn") { body, house in
            body["filmIds"] = films(house.films.prefix(4).map(\.id) + [house.films[5].id])
        },
        Case("a film that is not licensed there", 422, "film-not-licensed") { body, house in
            body["filmIds"] = films(house.films.prefix(4).map(\.id) + [house.films[6].id])
        },
        Case("an unknown programme", 422, "programme-unknown") { body, _ in
            body["programmeId"] = .string(ProgrammeID.generate(now: SampleHouse.now).text)
        },
        Case("another way to pay", 400, "invalid-field") { body, _ in
            body["payment"] = ["method": "barter", "purchaseOrderNumber": "PO"]
        },
        Case("no payment", 400, "invalid-field") { body, _ in body["payment"] = nil },
        Case("no cart", 400, "invalid-field") { body, _ in body["cartId"] = nil },
        Case("a cart that is no id", 400, "invalid-field") { body, _ in body["cartId"] = "../../etc" },
        Case("films that are one text", 400, "invalid-field") { body, _ in body["filmIds"] = "all" },
        Case("a number for a film", 400, "invalid-field") { body, _ in body["filmIds"] = [9_223_372_036_854_775_807] },
        Case("a purchase order's number too long", 400, "invalid-field") { body, _ in
            body["payment"] = [
                "method": "purchase_order", "purchaseOrderNumber": .string(String(repeating: "9", count: 500)),
            ]
        },
    ]

    @Test("Each reason has its own stable type")
    func refused() async throws {
        var house = try SampleHouse()
        house.films[5].status = .withdrawn
        house.films[6].territories = [try Territory("ES")]
        try await Till.with(house) { till in
            for refusal in Self.cases {
                var thrown: (any Error)?
                let answer = try await till.order(till.house.request()) { body in
                    do { try refusal.change(&body, till.house) } catch { thrown = error }
                }
                if let thrown { throw thrown }
                #expect(answer.status == refusal.status, "\(refusal.testDescription)")
                #expect(answer.problem == refusal.problem, "\(refusal.testDescription)")
                #expect(answer.headers["Content-Type"] == "application/problem+json")
                #expect(answer.json["title"]?.stringValue?.isEmpty == false)
            }
            for table in ["orders", "order_lines", "idempotency_keys"] {
                #expect(try await till.count(table) == 0, "\(table)")
            }
            #expect(try await till.order(till.house.request()).status == 201)
        }
    }

    @Test("What is no JSON that we take is refused, and the process lives on")
    func malformed() async throws {
        try await Till.with { till in
            let head = "{\"cartId\": \"\(CartID.generate(now: .now()))\", "
            let bodies = [
                "", "{", head, "[]", "nul", head + "\"cartId\": \"x\"}", head + "\"payment\": \"\\u0000\"}",
                head + "\"payment\": \"\u{0}\"}", head + "\"price\": 1e999}",
                head + "\"price\": 99999999999999999999999999999}", head + "\"x\": \"\\ud800\"}",
                String(repeating: "[", count: 10_000), "{}{}",
            ]
            for body in bodies {
                let answer = try await till.send(
                    "POST", "/v1/orders", as: [.purchaser], of: till.house.school.id,
                    headers: [("Idempotency-Key", "k")], body: Array(body.utf8))
                #expect(answer.status == 400, "\(body.prefix(80))")
            }
            let large = try await till.send(
                "POST", "/v1/orders", as: [.purchaser], of: till.house.school.id,
                headers: [("Idempotency-Key", "k")], body: Array(repeating: UInt8(ascii: " "), count: 70_000))
            #expect(large.status == 413)
            let form = try await till.send(
                "POST", "/v1/orders", as: [.purchaser], of: till.house.school.id,
                headers: [("Idempotency-Key", "k"), ("Content-Type", "text/plain")], body: Array("a=b".utf8))
            #expect(form.status == 415)
            #expect(try await till.order(till.house.request(), key: "k").status == 201)
        }
    }

    @Test("Only a purchaser of a verified institution of the right kind can order")
    func whoOrders() async throws {
        try await Till.with { till in
            let request = till.house.request()
            func post(_ roles: [Role], _ institution: InstitutionID?) async throws -> Answer {
                try await till.send(
                    "POST", "/v1/orders", as: roles, of: institution, headers: [("Idempotency-Key", "k")],
                    body: Array("{}".utf8))
            }
            #expect(try await post([], nil).status == 401)
            #expect(try await post([.selector, .organiser, .viewer], till.house.school.id).status == 403)
            #expect(try await post([Role.operator], nil).status == 403)
            #expect(try await post([Role.purchaser], nil).status == 403)

            let stranger = try await till.order(request, of: .generate(now: .now()))
            #expect((stranger.status, stranger.problem) == (403, "institution-unknown"))
            var library = try SampleHouse().school
            library.type = .publicLibrary
            var unverified = try SampleHouse().school
            unverified.verified = false
            var elsewhere = try SampleHouse().school
            elsewhere.territory = try Territory("ES")
            try await till.importing([library, unverified, elsewhere])
            for (institution, problem) in [
                (library, "institution-not-eligible"), (unverified, "institution-not-verified"),
                (elsewhere, "programme-not-offered"),
            ] {
                #expect(try await till.order(request, of: institution.id).problem == problem)
            }
            #expect(try await till.count("orders") == 0)
        }
    }
}
