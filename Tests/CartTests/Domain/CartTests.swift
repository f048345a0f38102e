import CartDomain
import FilmClubModel
import ServiceTestSupport
import TestSupport
import Testing

@Suite("What may happen to a cart")
struct CartTests {
    @Test("A cart opens empty, with the programme's slots, for institutions that the programme is for")
    func open() throws {
        let house = try SampleHouse()
        let (cart, event) = try Cart.open(
            id: .generate(now: SampleHouse.now), for: house.school, programme: house.programme)
        #expect(cart.state == .open)
        #expect(cart.films.isEmpty)
        #expect(cart.slots == 5)
        #expect(event.sequence == 1)
        #expect(
            event.body
                == .opened(
                    CartOpened(
                        cartId: cart.id, institutionId: house.school.id, programmeId: house.programme.id,
                        programmeVersion: 3, slots: 5)))
    }

    @Test("A programme opens no cart where it is not offered, or for whom it is not meant")
    func notOffered() throws {
        let house = try SampleHouse()
        let spain = try Territory("ES")
        let library = house.school.changed { $0.type = .publicLibrary }
        let abroad = house.school.changed { $0.territory = spain }
        for (institution, refusal) in [
            (library, CartRefusal.programmeNotOffered(house.school.territory)), (abroad, .programmeNotOffered(spain)),
        ] {
            #expect(throws: refusal) {
                _ = try Cart.open(id: .generate(now: SampleHouse.now), for: institution, programme: house.programme)
            }
        }
    }

    @Test("Films take the slots in order; the last one completes the cart")
    func fill() throws {
        let house = try SampleHouse()
        var cart = try house.cart()
        var events: [CartEvent] = []
        for (index, film) in house.films.prefix(5).enumerated() {
            events += try cart.select(film.id, by: house.facts)
            #expect(cart.films[index + 1] == film.id)
        }
        #expect(cart.state == .complete)
        #expect(events.map(\.sequence) == Array(2...7))
        #expect(cart.sequence == 7)
        let selected = events.compactMap { event -> FilmSelected? in
            if case .selected(let body) = event.body { body } else { nil }
        }
        #expect(selected.map(\.slot) == [1, 2, 3, 4, 5])
        #expect(selected.map(\.filmId) == cart.selected)
        guard case .completed(let completed) = try #require(events.last).body else {
            Issue.record("The last event is \(events.last as Any).")
            return
        }
        #expect(completed.filmIds == house.films.prefix(5).map(\.id))
        #expect(completed.programmeVersion == 3)
    }

    @Test("The same film again keeps its slot and tells nothing, in a full cart too")
    func sameFilm() throws {
        let house = try SampleHouse()
        for count in [1, 5] {
            var cart = try house.cart(films: count)
            let before = cart
            for _ in 0..<5 { #expect(try cart.select(house.films[0].id, by: house.facts).isEmpty) }
            #expect(cart == before)
        }
    }

    @Test("A removed film frees its slot, which the next film takes; the cart is open meanwhile")
    func remove() throws {
        let house = try SampleHouse()
        var cart = try house.cart(films: 5)
        let removed = try cart.remove(house.films[1].id, by: house.facts)
        #expect(removed.map(\.sequence) == [8])
        #expect(
            removed.first?.body
                == .removed(
                    FilmRemoved(
                        cartId: cart.id, institutionId: house.school.id, filmId: house.films[1].id, slot: 2)))
        #expect(cart.state == .open)
        #expect(try cart.remove(house.films[1].id, by: house.facts).isEmpty)

        let events = try cart.select(house.films[6].id, by: house.facts)
        #expect(cart.films[2] == house.films[6].id)
        #expect(cart.state == .complete)
        #expect(events.map(\.sequence) == [9, 10])
    }

    @Test("What cannot be chosen is refused by name and changes nothing")
    func refusals() throws {
        var house = try SampleHouse()
        house.films[5].status = .withdrawn
        house.films[6].territories = [try Territory("ES")]
        let stranger = FilmID.generate(now: SampleHouse.now)
        let cases: [(chosen: Int, FilmID, CartRefusal)] = [
            (5, house.films[7].id, .full(slots: 5)),
            (0, stranger, .filmUnknown(stranger)),
            (0, house.films[5].id, .filmWithdrawn(house.films[5].id)),
            (0, house.films[6].id, .filmNotLicensed(house.films[6].id, house.school.territory)),
            (5, stranger, .filmUnknown(stranger)),
        ]
        for (chosen, film, refusal) in cases {
            var cart = try house.cart(films: chosen)
            let before = cart
            #expect(throws: refusal) { try cart.select(film, by: house.facts) }
            #expect(cart == before)
        }
    }

    @Test("An order closes the cart for good: no later order, film or removal changes it", arguments: [0, 3, 5])
    func close(films: Int) throws {
        let house = try SampleHouse()
        var cart = try house.cart(films: films)
        let order = OrderID.generate(now: SampleHouse.now)
        let events = cart.close(by: order)
        #expect(
            events.map(\.body)
                == [.closed(CartClosed(cartId: cart.id, institutionId: house.school.id, orderId: order))])
        #expect(cart.state == .closed)
        #expect(cart.orderId == order)

        let closed = cart
        #expect(cart.close(by: order).isEmpty)
        #expect(cart.close(by: .generate(now: SampleHouse.now)).isEmpty)
        for film in [house.films[0].id, house.films[7].id] {
            #expect(throws: CartRefusal.closed(order)) { try cart.select(film, by: house.facts) }
            #expect(throws: CartRefusal.closed(order)) { try cart.remove(film, by: house.facts) }
        }
        #expect(cart == closed)
    }

    @Test("Any row of edits numbers its events without a gap, and never chooses a film twice")
    func random() throws {
        let house = try SampleHouse()
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        var cart = try house.cart()
        var sequences = [cart.sequence]
        for _ in 0..<500 {
            guard let film = house.films.randomElement(using: &random)?.id else { break }
            let events: [CartEvent]
            if Bool.random(using: &random) {
                events = (try? cart.select(film, by: house.facts)) ?? []
            } else {
                events = (try? cart.remove(film, by: house.facts)) ?? []
            }
            sequences += events.map(\.sequence)
            #expect(Set(cart.selected).count == cart.films.count, "seed \(seed)")
            #expect((cart.state == .complete) == (cart.films.count == 5), "seed \(seed)")
        }
        #expect(sequences == Array(1...cart.sequence), "seed \(seed)")
    }
}
