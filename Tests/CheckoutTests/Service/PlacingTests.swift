import CheckoutDomain
import FilmClubModel
import HTTPClient
import HTTPServer
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Placing an order over HTTP")
struct PlacingTests {
    @Test("Five films are ordered: 201, the order, its address, its rows, and its events from 1 on")
    func placed() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let answer = try await till.order(request)

            #expect(answer.status == 201)
            let id = try #require(answer.orderID)
            #expect(answer.headers["Location"] == "/v1/orders/\(id)")
            #expect(answer.json["statusUrl"]?.stringValue == "/v1/orders/\(id)")
            #expect(answer.json["state"]?.stringValue == "confirmed")
            #expect(answer.json["institutionId"]?.stringValue == till.house.school.id.text)
            #expect(answer.json["total"] == ["minorUnits": 250_000, "currency": "USD"])
            #expect(answer.json["number"]?.stringValue?.hasPrefix("FC-20") == true)
            let lines = try #require(answer.json["lines"]?.arrayValue)
            #expect(lines.compactMap { $0["filmId"]?.stringValue } == request.filmIds.map(\.text))
            #expect(lines.allSatisfy { $0["price"] == ["minorUnits": 50_000, "currency": "USD"] })

            let events = try await till.logged(.orders, id.text)
            #expect(events.map(\.sequence) == [1, 2])
            #expect(events.map(\.type) == ["OrderPlaced", "OrderConfirmed"])
            let placed = try JSON.decode(OrderPlaced.self, from: events[0].body)
            #expect(placed.cartId == request.cartId)
            #expect(placed.institution == till.house.school.with(version: 1))
            #expect(placed.total.minorUnits == 250_000)
            let confirmed = try JSON.decode(OrderConfirmed.self, from: events[1].body)
            #expect(confirmed.lines.map(\.filmId) == request.filmIds)
            #expect(confirmed.lines.map(\.lineId) == placed.lines.map(\.lineId))
            #expect(try await till.count("order_lines") == 5)
        }
    }

    @Test("The order shows its state and what has happened to it, to its institution and to operators only")
    func shown() async throws {
        try await Till.with { till in
            let id = try #require(try await till.order(till.house.request()).orderID)
            let path = "/v1/orders/\(id)"
            for (roles, institution) in [([Role.viewer], till.house.school.id), ([Role.operator], nil)] {
                let answer = try await till.send("GET", path, as: roles, of: institution)
                #expect(answer.status == 200)
                #expect(answer.json["state"]?.stringValue == "confirmed")
                let timeline = try #require(answer.json["timeline"]?.arrayValue)
                #expect(timeline.compactMap { $0["event"]?.stringValue } == ["OrderPlaced", "OrderConfirmed"])
                #expect(answer.json["payment"]?["purchaseOrderNumber"]?.stringValue == "PO-2026-17")
            }
            let stranger = try await till.send("GET", path, as: [.purchaser], of: try SampleHouse().school.id)
            let missing = try await till.send(
                "GET", "/v1/orders/\(OrderID.generate(now: .now()))", as: [.operator])
            #expect(stranger.status == 404)
            #expect(stranger.bytes == missing.bytes)
            #expect(try await till.send("GET", path, as: []).status == 401)
        }
    }

    @Test("A cart yields one order: the second gets 409 with a link to the first")
    func secondOrderOfACart() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let first = try #require(try await till.order(request).orderID)
            let second = try await till.order(request)
            #expect(second.status == 409)
            #expect(second.problem == "cart-already-ordered")
            #expect(second.json["order"] == ["id": .string(first.text), "href": .string("/v1/orders/\(first)")])

            // Also where the order could not be placed any more.
            var withdrawn = till.house.films[0]
            withdrawn.status = .withdrawn
            withdrawn.version += 1
            try await till.tell([withdrawn])
            #expect(try await till.order(request).problem == "cart-already-ordered")
            #expect(try await till.count("orders") == 1)
        }
    }

    @Test("Two institutions can't take each other's carts: the same cart id is another cart")
    func cartsOfTwoInstitutions() async throws {
        try await Till.with { till in
            let other = try SampleHouse().school
            try await till.importing([other])
            let request = till.house.request()
            #expect(try await till.order(request, key: "k").status == 201)
            #expect(try await till.order(request, key: "k", of: other.id).status == 201)
        }
    }

    @Test("A cart yields at most one order, whoever races")
    func race() async throws {
        try await Till.with { till in
            let request = till.house.request()
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for racer in 0..<8 { group.addTask { try await till.order(request, key: "racer-\(racer)") } }
                var answers: [Answer] = []
                for try await answer in group { answers.append(answer) }
                return answers
            }
            #expect(answers.count { $0.status == 201 } == 1)
            #expect(answers.count { $0.problem == "cart-already-ordered" } == 7)
            #expect(try await till.count("orders") == 1)
            #expect(try await till.count("idempotency_keys") == 1)
            #expect(try await till.count("order_lines") == 5)
        }
    }

    @Test("Order numbers are all different")
    func numbers() async throws {
        try await Till.with { till in
            var numbers: Set<String> = []
            for _ in 0..<3 {
                let answer = try await till.order(till.house.request())
                numbers.insert(try #require(answer.json["number"]?.stringValue))
            }
            #expect(numbers.count == 3)
        }
    }
}

extension Institution {
    func with(version: Int64) -> Institution {
        var changed = self
        changed.version = version
        return changed
    }
}
