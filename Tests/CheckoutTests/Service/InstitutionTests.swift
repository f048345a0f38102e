import CheckoutDomain
import FilmClubModel
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Institutions are imported, and told of")
struct InstitutionTests {
    private static func counts(_ created: Int64, _ changed: Int64, _ unchanged: Int64) -> JSONValue {
        ["created": .integer(created), "changed": .integer(changed), "unchanged": .integer(unchanged)]
    }

    @Test("An import says what it did, publishes what is new, and said again does nothing")
    func imported() async throws {
        try await Till.with { till in
            var (first, second) = (try SampleHouse().school, try SampleHouse().school)
            let answer = try await till.importing([first, second])
            #expect(answer.status == 200)
            #expect(answer.json["institutions"] == Self.counts(2, 0, 0))

            first.name = "Escuela de Música “Ñandú”"
            #expect(try await till.importing([first, second]).json["institutions"] == Self.counts(0, 1, 1))
            #expect(try await till.importing([first, second]).json["institutions"] == Self.counts(0, 0, 2))

            let events = try await till.logged(.institutions, first.id.text)
            #expect(events.map(\.sequence) == [1, 2])
            #expect(events.map(\.type) == ["InstitutionChanged", "InstitutionChanged"])
            let told = try JSON.decode(InstitutionChanged.self, from: events[1].body).institution
            first.version = 2
            #expect(told == first)
            #expect(try await till.logged(.institutions, second.id.text).count == 1)

            second.version = 1
            let shown = try await till.send("GET", "/v1/institutions/\(second.id)", as: [.viewer], of: second.id)
            #expect(try JSON.decode(Institution.self, from: shown.bytes) == second)
        }
    }

    @Test("A dry run says the same and changes nothing")
    func dryRun() async throws {
        try await Till.with { till in
            let answer = try await till.importing([try SampleHouse().school], isDryRun: true)
            #expect(answer.json["dryRun"] == true)
            #expect(answer.json["institutions"] == Self.counts(1, 0, 0))
            #expect(try await till.count("institutions") == 1)
            #expect(try await till.count("event_log") == 1)
        }
    }

    @Test("All or nothing: one wrong institution, and none is imported; the place is named")
    func allOrNothing() async throws {
        try await Till.with { till in
            let good = try SampleHouse().school
            var nowhere = try SampleHouse().school
            nowhere.timeZone = try TimeZoneName("America/Springfield")
            let zone = try await till.importing([good, nowhere])
            #expect(zone.status == 422)
            #expect(zone.problem == "import-refused")
            #expect(zone.json["errors"]?[0]?["path"] == "institutions[1].timeZone")

            let twice = try await till.importing([good, good])
            #expect(twice.problem == "import-refused")
            #expect(twice.json["errors"]?[0]?["path"] == "institutions[1].id")

            let misspelt = try await till.send(
                "POST", "/v1/imports", as: [.operator],
                body: Array("{\n \"institutions\": [\n  {\"id\": \"\(good.id)\", \"nome\": \"x\"}]}".utf8))
            #expect(misspelt.status == 400)
            #expect(misspelt.json["path"] == "institutions[0].nome")
            #expect(misspelt.json["line"] == 3)
            #expect(try await till.count("institutions") == 1)
        }
    }

    @Test("Only operators import; an institution is shown to itself and to operators")
    func whoMay() async throws {
        try await Till.with { till in
            let body = Array("{\"institutions\":[]}".utf8)
            #expect(try await till.send("POST", "/v1/imports", as: [], body: body).status == 401)
            let purchaser = try await till.send(
                "POST", "/v1/imports", as: [.purchaser], of: till.house.school.id, body: body)
            #expect(purchaser.status == 403)

            let path = "/v1/institutions/\(till.house.school.id)"
            #expect(try await till.send("GET", path, as: [.operator]).status == 200)
            #expect(try await till.send("GET", path, as: [.selector], of: till.house.school.id).status == 200)
            let stranger = try await till.send("GET", path, as: [.purchaser], of: .generate(now: .now()))
            let missing = try await till.send(
                "GET", "/v1/institutions/\(InstitutionID.generate(now: .now()))", as: [.operator])
            #expect(stranger.status == 404)
            #expect(stranger.bytes == missing.bytes)
        }
    }

    @Test("Two imports at once count every version once")
    func race() async throws {
        try await Till.with { till in
            let school = till.house.school
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        var renamed = school
                        renamed.name = "Name \(number)"
                        try await till.importing([renamed])
                    }
                }
                try await group.waitForAll()
            }
            let events = try await till.logged(.institutions, school.id.text)
            #expect(events.map(\.sequence) == [1, 2, 3, 4, 5])
        }
    }
}
