import CheckoutDomain
import FilmClubModel
import JSON
import Messaging
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("What another process has learnt counts here at once")
struct StaleMemoryTests {
    @Test("A price that changed elsewhere is the price of the next order")
    func price() async throws {
        try await Till.with { till in
            var dearer = till.house.programme
            dearer.version += 1
            dearer.priceList.version += 1
            dearer.priceList.bundleMinorUnits = 240_000
            try await till.tell([], dearer, to: till.anotherProcess())

            let answer = try await till.order(till.house.request())
            #expect(answer.status == 201)
            #expect(answer.json["total"]?["minorUnits"] == 240_000)
            #expect(answer.json["programme"]?["version"] == .integer(dearer.version))
            #expect(answer.json["programme"]?["priceListVersion"] == .integer(Int64(dearer.priceList.version)))
        }
    }

    @Test("A film that was withdrawn elsewhere is sold no more, and one that came back is sold again")
    func withdrawnAndBack() async throws {
        try await Till.with { till in
            let other = try till.anotherProcess()
            var film = till.house.films[0]
            film.status = .withdrawn
            film.version += 1
            try await till.tell([film], to: other)
            #expect(try await till.order(till.house.request()).problem == "film-withdrawn")

            film.status = .available
            film.version += 1
            try await till.tell([film], to: other)
            #expect(try await till.order(till.house.request()).status == 201)
        }
    }

    @Test("Films, programmes and institutions that came elsewhere are known here")
    func news() async throws {
        try await Till.with { till in
            let other = try till.anotherProcess()
            let house = try SampleHouse()
            try await till.tell(house.films, house.programme, to: other)
            _ = try await other.institutions.importInstitutions(
                ImportDocument(institutions: [house.school]), isDryRun: false, by: .ofTest("institutions.import"),
                trace: nil)
            #expect(try await till.order(house.request(), of: house.school.id).status == 201)
        }
    }

    @Test("An older version that comes late changes nothing")
    func late() async throws {
        try await Till.with { till in
            var newer = till.house.programme
            newer.version += 2
            newer.name = "The newest"
            try await till.tell([], newer)
            try await till.tell([], till.house.programme)
            let answer = try await till.order(till.house.request())
            #expect(answer.json["programme"]?["name"] == "The newest")
        }
    }

    @Test("A process that starts knows what is stored")
    func start() async throws {
        try await Till.with { till in
            let other = try till.anotherProcess()
            try await other.load()
            let request = till.house.request()
            let facts = await other.facts.facts(for: request, of: till.house.school.id)
            #expect(facts.institution?.id == till.house.school.id)
            #expect(facts.programme == till.house.programme)
            #expect(facts.films.count == 5)
        }
    }
}
