import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CartService

@Suite("Filling a cart over HTTP")
struct FillingTests {
    @Test("A cart is opened by a programme's id or slug: 201, its address, five empty slots")
    func opened() async throws {
        try await CartDesk.with { desk in
            for programme in [desk.house.programme.id.text, desk.house.programme.slug.text] {
                let answer = try await desk.open(programme)
                #expect(answer.status == 201)
                let id = try #require(answer.cartID)
                #expect(answer.headers["Location"] == "/v1/carts/\(id)")
                let expected: JSONValue = [
                    "id": .string(id.text), "institutionId": .string(desk.house.school.id.text),
                    "programmeId": .string(desk.house.programme.id.text), "state": "open",
                    "slots": .array((1...5).map { ["slot": .integer($0)] }),
                    "missing": ["films": 5, "reasons": []],
                ]
                #expect(answer.json == expected)
                #expect(try await desk.read(id).json == expected)
            }
        }
    }

    @Test("Five films complete it, and its log tells its life from 1 on")
    func complete() async throws {
        try await CartDesk.with { desk in
            let films = desk.house.films.prefix(5)
            let id = try #require(try await desk.open().cartID)
            for (index, film) in films.enumerated() {
                let answer = try await desk.add(film.id, to: id)
                #expect(answer.status == 200)
                #expect(answer.state == (index == 4 ? "complete" : "open"))
                #expect(answer.missing == ["films": .integer(Int64(4 - index)), "reasons": []])
                #expect(
                    answer.json["slots"]?.arrayValue?[index]
                        == [
                            "slot": .integer(Int64(index + 1)), "filmId": .string(film.id.text),
                            "title": .string(film.title),
                        ])
            }
            #expect(try await desk.read(id).films == films.map(\.id.text))

            let events = try await desk.logged(id)
            #expect(events.map(\.sequence) == Array(1...7))
            #expect(
                events.map(\.type)
                    == ["CartOpened"] + Array(repeating: "FilmSelected", count: 5) + ["CartCompleted"])
            #expect(Set(events.map(\.correlation)) == [CorrelationID(id.uuid)])
            #expect(try JSON.decode(CartOpened.self, from: events[0].body).slots == 5)
            let selected = try events[1...5].map { try JSON.decode(FilmSelected.self, from: $0.body) }
            #expect(selected.map(\.filmId) == films.map(\.id))
            #expect(selected.map(\.slot) == Array(1...5))
            let completed = try JSON.decode(CartCompleted.self, from: events[6].body)
            #expect(completed.filmIds == films.map(\.id))
            #expect(completed.institutionId == desk.house.school.id)
            #expect(desk.metrics.text().contains("filmclub_cart_events_total{event=\"selected\"} 5"))
        }
    }

    @Test("A sixth film is refused; after a removal it takes the freed slot")
    func sixth() async throws {
        try await CartDesk.with { desk in
            let films = desk.house.films
            let id = try await desk.cart(films: 5)
            let refused = try await desk.add(films[5].id, to: id)
            #expect(refused.status == 409)
            #expect(refused.problem == "cart-full")
            #expect(refused.json["slots"] == 5)

            let removed = try await desk.remove(films[1].id, from: id)
            #expect(removed.status == 200)
            #expect(removed.state == "open")
            #expect(removed.json["slots"]?.arrayValue?[1] == ["slot": 2])
            let added = try await desk.add(films[5].id, to: id)
            #expect(added.state == "complete")
            #expect(added.films[1] == films[5].id.text)
            #expect(try await desk.logged(id).map(\.sequence) == Array(1...10))
        }
    }

    @Test("The same film five times is one film in one slot, and one event")
    func sameFilm() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart()
            let first = try await desk.add(desk.house.films[0].id, to: id)
            for _ in 0..<4 {
                let again = try await desk.add(desk.house.films[0].id, to: id)
                #expect(again.status == 200)
                #expect(again.bytes == first.bytes)
            }
            #expect(first.films == [desk.house.films[0].id.text, nil, nil, nil, nil])
            #expect(try await desk.logged(id).map(\.type) == ["CartOpened", "FilmSelected"])
            // Removing twice is as harmless.
            for _ in 0..<2 { #expect(try await desk.remove(desk.house.films[0].id, from: id).status == 200) }
            #expect(try await desk.logged(id).map(\.type) == ["CartOpened", "FilmSelected", "FilmRemoved"])
        }
    }

    @Test("Of four films that race for the last slot one gets it, and the others are told that the cart is full")
    func raceForTheLastSlot() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart(films: 4)
            let answers = try await desk.racing(
                for: id, desk.house.films[4...].map { film in { try await desk.add(film.id, to: id) } })
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(answers.count { $0.problem == "cart-full" } == 3)
            #expect(try await desk.read(id).state == "complete")
            #expect(try await desk.logged(id).map(\.sequence) == Array(1...7))
        }
    }

    @Test("Edits from everywhere at once leave a cart whose log tells it exactly")
    func raceOfEdits() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for film in desk.house.films {
                    group.addTask {
                        for _ in 0..<3 {
                            _ = try await desk.add(film.id, to: id)
                            _ = try await desk.remove(film.id, from: id)
                        }
                        _ = try await desk.add(film.id, to: id)
                    }
                }
                try await group.waitForAll()
            }
            let events = try await desk.logged(id)
            #expect(events.map(\.sequence) == Array(1...Int64(events.count)))
            var told: [Int: String] = [:]
            for event in events {
                switch event.type {
                case "FilmSelected":
                    let selected = try JSON.decode(FilmSelected.self, from: event.body)
                    #expect(told.updateValue(selected.filmId.text, forKey: selected.slot) == nil)
                case "FilmRemoved":
                    let removed = try JSON.decode(FilmRemoved.self, from: event.body)
                    #expect(told.removeValue(forKey: removed.slot) == removed.filmId.text)
                default: break
                }
            }
            #expect(try await desk.read(id).films == (1...5).map { told[$0] })
        }
    }
}
