import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Quotes are asked for, offered and ordered at")
struct QuotedOrderTests {
    private func onRequest() throws -> SampleHouse {
        var house = try SampleHouse()
        house.programme.priceList.tiers = [PriceTier(institutionTypes: [.highSchool], price: .onRequest)]
        return house
    }

    @Test("A quoted order costs what was quoted, though the price list has changed; the quote is used once")
    func ordered() async throws {
        try await Till.with(try onRequest()) { till in
            #expect(try await till.order(till.house.request()).problem == "price-on-request")
            let asked = try await till.askForQuote(message: "“Forty” <pupils> & \u{202E}🎬")
            #expect(asked.status == 201 && asked.json["state"] == "requested" && asked.json["version"] == 1)
            let quote = try #require(asked.quoteID)
            #expect(asked.headers["Location"] == "/v1/quotes/\(quote)")
            let offered = try await till.offer(quote, 150_000, ifMatch: "\"1\"")
            #expect(offered.status == 200 && offered.headers["ETag"] == "\"2\"")
            #expect(offered.json["bundle"] == ["minorUnits": 150_000, "currency": "USD"])
            let dearer = till.house.programme.changed { $0.priceList.bundleMinorUnits = 250_000 }
            try await till.tell([], dearer)

            let request = till.house.request()
            let answer = try await till.order(request, at: quote, version: 2, key: "k")
            #expect(answer.status == 201 && answer.json["total"]?["minorUnits"] == 150_000)
            #expect(answer.json["charge"]?["quoteId"] == .string(quote.text))
            #expect(try await till.order(request, at: quote, version: 2, key: "k").bytes == answer.bytes)
            let id = try #require(answer.orderID)
            let again = try await till.order(at: quote, version: 2)
            #expect(again.status == 409 && again.problem == "quote-used")
            #expect(again.json["order"] == ["id": .string(id.text), "href": .string("/v1/orders/\(id)")])
            let late = try await till.offer(quote, 1, ifMatch: "\"2\"")
            #expect(late.status == 409 && late.problem == "quote-used")
            #expect(try await till.count("orders") == 1)
        }
    }

    @Test("A quote that changed since, is past its date or not the institution's: nothing is ordered or used up")
    func refused() async throws {
        try await Till.with(try onRequest()) { till in
            let other = try SampleHouse().school
            try await till.importing([other])
            let another = try #require(try await till.askForQuote(of: other.id).quoteID)
            _ = try await till.offer(another, 100, ifMatch: "\"1\"")
            let quote = try #require(try await till.askForQuote().quoteID)
            let request = till.house.request()
            func problem(_ quote: QuoteID, _ version: Int64 = 2) async throws -> String? {
                try await till.order(request, at: quote, version: version, key: "k").problem
            }
            #expect(try await problem(quote, 1) == "quote-not-offered")
            _ = try await till.offer(quote, 150_000, ifMatch: "\"1\"")
            _ = try await till.offer(quote, 160_000, ifMatch: "\"2\"")
            let before = try await till.ground.counts()
            let changed = try await till.order(request, at: quote, version: 2, key: "k")
            #expect(changed.status == 409 && changed.problem == "quote-changed" && changed.json["version"] == 3)
            #expect(try await problem(another) == "quote-unknown")
            #expect(try await problem(.generate(now: .now())) == "quote-unknown")
            let both = try await till.order(request, at: quote, version: 3, key: "k") {
                $0["grantId"] = .string(GrantID.generate(now: .now()).text)
            }
            #expect(both.problem == "grant-not-for-quote")
            for body: JSONValue in [
                ["id": .string(quote.text), "version": 0], ["id": .string(quote.text)], .string(quote.text),
                ["id": .string(quote.text), "version": 3, "bundle": 1], ["id": "x", "version": 3],
            ] {
                let answer = try await till.order(request, key: "k") { $0["quote"] = body }
                #expect(answer.status == 400, "\(answer.text)")
            }
            _ = try await till.pool.query("UPDATE quotes SET valid_until = clock_timestamp() WHERE id = \(quote)")
            #expect(try await problem(quote, 3) == "quote-expired")
            #expect(try await till.ground.counts() == before)
            _ = try await till.offer(quote, 170_000, ifMatch: "\"3\"")
            #expect(try await till.order(request, at: quote, version: 4, key: "k").status == 201)
        }
    }

    @Test("A quote that ends between decision and insert is over: by the database's clock and no other")
    func endsInBetween() async throws {
        try await Till.with(try onRequest()) { till in
            let quote = try #require(try await till.askForQuote().quoteID)
            _ = try await till.offer(quote, 150_000, ifMatch: "\"1\"")
            // A type with a price, so that others can be ordered at once.
            try await till.tell([], till.house.programme.changed { $0.priceList.tiers = nil })
            let rush = Rush(till)
            var request = till.house.request()
            request.quote = SeenQuote(id: quote, version: 2)
            let outcomes = try await rush.together([try rush.command(request), try rush.command(till.house.request())])
            {
                _ = try await till.pool.query("UPDATE quotes SET valid_until = clock_timestamp()")
            }
            let refused = outcomes.contains { outcome in
                if case .success(.rejected(.pricing(.quoteExpired))) = outcome { true } else { false }
            }
            #expect(refused)
            #expect(outcomes.compactMap(\.placed).count == 1)
        }
    }

    @Test("Orders racing for one quote over two processes: one is placed, the others hear which order has it")
    func race() async throws {
        try await Till.with(try onRequest()) { first in
            try await first.withAnotherProcess { second in
                let quote = try #require(try await first.askForQuote().quoteID)
                _ = try await first.offer(quote, 150_000, ifMatch: "\"1\"")
                let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                    for racer in 0..<8 {
                        group.addTask {
                            try await (racer.isMultiple(of: 2) ? first : second).order(at: quote, version: 2)
                        }
                    }
                    return try await group.reduce(into: [Answer]()) { $0.append($1) }
                }
                let winner = try #require(answers.first { $0.status == 201 })
                #expect(
                    answers.count { $0.problem == "quote-used" && $0.json["order"]?["id"] == winner.json["id"] } == 7)
                #expect(try await first.count("orders") == 1)
            }
        }
    }

    @Test("An offer is made by operators who have seen the quote as it is, of a price that can be charged")
    func offers() async throws {
        try await Till.with(try onRequest()) { till in
            let quote = try #require(try await till.askForQuote().quoteID)
            #expect(try await till.offer(quote, 150_000, ifMatch: nil).status == 428)
            let stale = try await till.offer(quote, 150_000, ifMatch: "\"7\"")
            #expect(stale.status == 412 && stale.json["current"]?["version"] == 1)
            for price: JSONValue in [0, -1, 1.5, .integer(PriceList.minorUnitsMax + 1), "150000"] {
                let answer = try await till.offer(quote, price, ifMatch: "\"1\"")
                #expect(answer.status == 400, "\(answer.text)")
            }
            let past = try await till.offer(quote, 150_000, until: .now() - .seconds(60), ifMatch: "\"1\"")
            #expect(past.status == 422 && past.problem == "quote-in-the-past")
            #expect(try await till.offer(.generate(now: .now()), 150_000, ifMatch: "\"1\"").status == 404)
            let purchaser = try await till.send(
                "PUT", "/v1/quotes/\(quote)", as: [.purchaser], of: till.house.school.id, body: Array("{}".utf8))
            #expect(purchaser.status == 403)
            #expect(try await till.offer(quote, 150_000, ifMatch: "\"1\"").status == 200)
            let lines = try await till.auditLines().map(\.description)
            #expect(lines.contains("granted quote.offer") && lines.contains("refused quote.offer: forbidden"))

            let shown = try await till.send("GET", "/v1/quotes/\(quote)", as: [.viewer], of: till.house.school.id)
            #expect(shown.headers["ETag"] == "\"2\"" && shown.json["state"] == "offered")
            let stranger = try await till.send("GET", "/v1/quotes/\(quote)", as: [.viewer], of: .generate(now: .now()))
            #expect(stranger.status == 404)
            let list = try await till.send("GET", "/v1/quotes?state=offered", as: [.operator])
            #expect(list.texts("quotes", "id") == [quote.text])
            let none = try await till.send("GET", "/v1/quotes", as: [.viewer], of: .generate(now: .now()))
            #expect(none.texts("quotes", "id").isEmpty)
        }
    }

    @Test("A request for a quote is taken once a key, of an institution that may buy the programme")
    func requests() async throws {
        try await Till.with(try onRequest()) { till in
            let first = try await till.askForQuote(key: "k")
            #expect(try await till.askForQuote(key: "k").bytes == first.bytes)
            #expect(try await till.askForQuote(message: "Other.", key: "k").problem == "idempotency-key-reused")
            var library = try SampleHouse().school
            library.type = .publicLibrary
            try await till.importing([library])
            let before = try await till.ground.counts()
            #expect(try await till.askForQuote(of: library.id).problem == "institution-not-eligible")
            #expect(try await till.askForQuote(of: .generate(now: .now())).problem == "institution-unknown")
            #expect(try await till.askForQuote(programme: .generate(now: .now())).problem == "programme-unknown")
            #expect(try await till.askForQuote(message: " ").problem == "invalid-field")
            let long = String(repeating: "é", count: QuoteRoutes.messageScalarsMax + 1)
            #expect(try await till.askForQuote(message: long).problem == "invalid-field")
            #expect(try await till.askForQuote(key: nil).problem == "idempotency-key-missing")
            #expect(try await till.ground.counts() == before)
        }
    }
}

extension Till {
    func askForQuote(
        programme: ProgrammeID? = nil, message: String? = nil, of institution: InstitutionID? = nil,
        key: String? = "\(UUID())"
    ) async throws -> Answer {
        var body: JSONObject = ["programmeId": .string((programme ?? house.programme.id).text)]
        if let message { body["message"] = .string(message) }
        return try await send(
            "POST", "/v1/quotes", as: [.purchaser], of: institution ?? house.school.id,
            headers: key.map { [("Idempotency-Key", $0)] } ?? [], body: JSON.encode(.object(body)))
    }

    func offer(
        _ quote: QuoteID, _ minorUnits: JSONValue, until: Instant? = nil, ifMatch: String?
    ) async throws -> Answer {
        try await send(
            "PUT", "/v1/quotes/\(quote)", as: [.operator], headers: ifMatch.map { [("If-Match", $0)] } ?? [],
            body: JSON.encode([
                "bundle": ["minorUnits": minorUnits, "currency": "USD"],
                "validUntil": .string((until ?? .now() + .seconds(86_400)).text),
            ]))
    }

    /// `POST /v1/orders` at a quoted price.
    func order(
        _ request: OrderRequest? = nil, at quote: QuoteID, version: Int64, key: String? = "\(UUID())",
        _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> Answer {
        try await order(request ?? house.request(), key: key) { body in
            body["quote"] = ["id": .string(quote.text), "version": .integer(version)]
            change(&body)
        }
    }
}

extension Answer {
    var quoteID: QuoteID? { json["id"]?.stringValue.flatMap { try? QuoteID($0) } }
}
