import FilmClubModel
import JSON
import Messaging
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CartService

@Suite("What other services tell changes what a cart lacks")
struct NewsTests {
    @Test("A film withdrawn after it was chosen stays in its slot, is named, and the cart is complete no more")
    func withdrawn() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart(films: 5)
            let gone = desk.house.films[2]
            try await desk.tell([gone.changed { $0.status = .withdrawn }])
            let cart = try await desk.read(id)
            #expect(cart.state == "open")
            #expect(cart.films == desk.house.films.prefix(5).map(\.id.text))
            #expect(cart.missing?["films"] == 0)
            let reasons = try #require(cart.missing?["reasons"]?.arrayValue)
            #expect(reasons.map { $0["reason"] } == ["film-withdrawn"])
            #expect(reasons.map { $0["filmId"]?.stringValue } == [gone.id.text])
            #expect(reasons.allSatisfy { $0["message"]?.stringValue?.isEmpty == false })

            #expect(try await desk.remove(gone.id, from: id).missing == ["films": 1, "reasons": []])
            #expect(try await desk.add(desk.house.films[5].id, to: id).state == "complete")
        }
    }

    @Test("An institution that is not verified fills its cart, and is told that it cannot order yet")
    func unverified() async throws {
        try await CartDesk.with { house in
            house.school.verified = false
        } _: { desk in
            let id = try await desk.cart(films: 5)
            let cart = try await desk.read(id)
            #expect(cart.state == "open")
            #expect(
                cart.missing?["reasons"]?.arrayValue?.map { $0["reason"] } == ["institution-not-verified"])
            try await desk.tell([], nil, desk.house.school.changed { $0.verified = true })
            #expect(try await desk.read(id).state == "complete")
        }
    }

    @Test("An older version never replaces a newer one, told again, in one batch or late")
    func versions() async throws {
        try await CartDesk.with { desk in
            let old = desk.house.films[0]
            let new = old.changed { $0.title = "Nueva" }
            let newest = new.changed { $0.title = "La más nueva" }
            try await desk.tell([newest, new])
            try await desk.tell([old])
            try await desk.tell([new, new])
            let id = try await desk.cart(films: 1)
            #expect(try await desk.read(id).json["slots"]?.arrayValue?.first?["title"] == "La más nueva")
            #expect(try await desk.count("film_projection") == 8)
            let renamed = try desk.house.programme.changed { $0.slug = try Slug("renamed-club") }
            try await desk.tell([], renamed)
            try await desk.tell([], desk.house.programme)
            #expect(try await desk.open("renamed-club").status == 201)
            #expect(try await desk.open("spanish-film-club").problem == "programme-unknown")
        }
    }

    @Test("An order closes its cart once, told as often as may be: no edit after it, one event")
    func ordered() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart(films: 5)
            let order = try desk.event(Self.order(of: desk.house.school, for: id))
            let orderID = try order.decode(OrderPlaced.self).orderId
            try await desk.apply([order, order])
            try await desk.apply([order, try desk.event(Self.order(of: desk.house.school, for: id))])

            let cart = try await desk.read(id)
            #expect(cart.state == "closed")
            #expect(cart.json["orderId"]?.stringValue == orderID.text)
            #expect(cart.missing == ["films": 0, "reasons": []])
            for edit in [
                try await desk.add(desk.house.films[6].id, to: id), try await desk.add(desk.house.films[0].id, to: id),
                try await desk.remove(desk.house.films[0].id, from: id),
            ] {
                #expect(edit.status == 409)
                #expect(edit.problem == "cart-closed")
                #expect(edit.json["orderId"]?.stringValue == orderID.text)
            }
            let events = try await desk.logged(id)
            #expect(events.map(\.sequence) == Array(1...8))
            let closed = try #require(events.last)
            #expect(closed.type == "CartClosed")
            #expect(closed.causation == order.envelope.id)
            #expect(closed.correlation == order.envelope.correlationID)
            let body = try JSON.decode(CartClosed.self, from: closed.body)
            #expect(body == CartClosed(cartId: id, institutionId: desk.house.school.id, orderId: orderID))
        }
    }

    @Test("An order of another institution, or of no cart of ours, closes nothing and is noted")
    func mismatched() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart(films: 2)
            let other = try SampleHouse().school
            try await desk.apply([
                try desk.event(Self.order(of: other, for: id)),
                try desk.event(Self.order(of: desk.house.school, for: .generate(now: .now()))),
            ])
            #expect(try await desk.read(id).state == "open")
            #expect(try await desk.logged(id).count == 3)
            #expect(desk.log.lines.count { $0.contains("cart.order.unmatched") } == 2)
        }
    }

    @Test("An order and an edit that race: the edit comes before it or is refused, and the numbers have no gap")
    func race() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart(films: 4)
            let order = try desk.event(Self.order(of: desk.house.school, for: id))
            let film = desk.house.films[4].id
            let racers: [@Sendable () async throws -> Answer?] = [
                { try await desk.add(film, to: id) },
                {
                    try await desk.apply([order])
                    return nil
                },
            ]
            let answers = try await desk.racing(for: id, racers)
            let edit = try #require(answers.compactMap { $0 }.first)
            #expect(edit.status == 200 || edit.problem == "cart-closed")
            #expect(try await desk.read(id).state == "closed")
            let events = try await desk.logged(id)
            #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
            #expect(events.last?.type == "CartClosed")
            #expect(events.count == (edit.status == 200 ? 8 : 6))
        }
    }

    // MARK: -

    static func order(of institution: Institution, for cart: CartID) throws -> OrderPlaced {
        OrderPlaced(
            orderId: .generate(now: .now()), number: "FC-2026-000001-AAAA", cartId: cart, institution: institution,
            programmeId: .generate(now: .now()), programmeVersion: 1, priceListVersion: 1, lines: [],
            total: Money(minorUnits: 250_000, currency: try Currency("USD")),
            payment: .purchaseOrder(number: "PO-2026-17"), placedAt: .now())
    }
}
