import CheckoutDomain
import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("The institutions' desk")
struct InstitutionDeskTests {
    private func put(
        _ institution: Institution, _ till: Till, ifMatch: String? = nil, at id: InstitutionID? = nil,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> Answer {
        var body = try #require(try JSON.parse(institution.json).objectValue)
        change(&body)
        return try await till.send(
            "PUT", "/v1/institutions/\(id ?? institution.id)", as: [.operator],
            headers: ifMatch.map { [("If-Match", $0)] } ?? [], body: JSON.encode(.object(body)))
    }

    private func whole(_ school: Institution) throws -> Institution {
        var school = school
        school.country = try Territory("CA")
        school.nonProfit = true
        school.taxStatus = .exempt
        school.taxId = "12 / “34” ñ"
        school.domains = [try DomainName("lincoln.example"), try DomainName("k12.lincoln.example")]
        return school
    }

    @Test("All that is known of an institution is kept, told and shown; said again it changes nothing")
    func everything() async throws {
        try await Till.with { till in
            var school = try whole(try SampleHouse().school)
            school.version = 1
            let bare = try SampleHouse().school
            #expect(try await till.importing([school, bare]).status == 200)
            let again = try await till.importing([school, bare])
            #expect(again.json["institutions"]?["unchanged"] == 2)
            let told = try await till.logged(.institutions, school.id.text)
            #expect(told.count == 1)
            #expect(try JSON.decode(InstitutionChanged.self, from: told[0].body).institution == school)
            let shown = try await till.send("GET", "/v1/institutions/\(school.id)", as: [.operator])
            #expect(try JSON.decode(Institution.self, from: shown.bytes) == school)
            #expect(shown.headers["ETag"] == "\"1\"")
            #expect(shown.bytes == school.json)

            school.domains = nil
            school.country = nil
            #expect(try await till.importing([school]).json["institutions"]?["changed"] == 1)
            let other = try till.anotherProcess()
            try await other.load()
            let request = till.house.request()
            school.version = 2
            #expect(await other.facts.facts(for: request, of: school.id).institution == school)
        }
    }

    @Test("An institution is stated anew by whoever has seen it as it is, and by nobody else")
    func replaced() async throws {
        try await Till.with { till in
            var school = try whole(till.house.school)
            let stored = try await till.send("GET", "/v1/institutions/\(school.id)", as: [.operator])
            let tag = try #require(stored.headers["ETag"])
            let before = try await till.ground.counts()

            #expect(try await put(school, till).problem == "precondition-required")
            let stale = try await put(school, till, ifMatch: "\"99\"")
            #expect(stale.status == 412 && stale.problem == "precondition-failed")
            #expect(stale.json["current"] == stored.json)
            var after = try await till.ground.counts()
            #expect(after.removeValue(forKey: "audit_log") == 3)
            #expect(after == before.filter { $0.key != "audit_log" })

            let done = try await put(school, till, ifMatch: tag)
            #expect(done.status == 200)
            school.version = try JSON.decode(Institution.self, from: stored.bytes).version + 1
            #expect(done.bytes == school.json)
            #expect(done.headers["ETag"] == "\"\(school.version)\"")
            #expect(try await till.logged(.institutions, school.id.text).last?.sequence == school.version)
            #expect(try await put(school, till, ifMatch: tag).status == 412)

            let again = try await put(school, till, ifMatch: "\"\(school.version)\"")
            #expect(again.status == 200 && again.bytes == done.bytes)
            #expect(try await till.logged(.institutions, school.id.text).last?.sequence == school.version)
            // Orders are decided by it at once.
            #expect(await till.checkout.facts.facts(for: till.house.request(), of: school.id).institution == school)
        }
    }

    @Test("What cannot be stated is refused, and nothing is changed")
    func replacingRefused() async throws {
        try await Till.with { till in
            let school = till.house.school
            let stranger = try SampleHouse().school
            let refusals: [(Answer, Int, String)] = [
                (try await put(stranger, till, ifMatch: "*"), 404, "not-found"),
                (try await put(stranger, till, ifMatch: "*", at: school.id), 422, "id-differs"),
                (
                    try await put(school, till, ifMatch: "*") { $0["verified"] = false }, 422,
                    "verification-needs-reason"
                ),
                (
                    try await put(school, till, ifMatch: "*") { $0["timeZone"] = "America/Springfield" }, 422,
                    "time-zone-unknown"
                ),
                (try await put(school, till, ifMatch: "*") { $0["timeZone"] = "Chicago" }, 400, "invalid-field"),
                (try await put(school, till, ifMatch: "*") { $0["taxStatus"] = "none" }, 400, "invalid-field"),
                (try await put(school, till, ifMatch: "*") { $0["domain"] = "a.example" }, 400, "invalid-field"),
                (
                    try await put(school, till, ifMatch: "*") { $0["domains"] = ["UPPER.example"] }, 400,
                    "invalid-field"
                ),
            ]
            for (answer, status, problem) in refusals {
                #expect(answer.status == status && answer.problem == problem, "\(answer.text)")
            }
            #expect(try await till.logged(.institutions, school.id.text).count == 1)
        }
    }

    @Test("Operators find institutions by a part of their name, page by page")
    func list() async throws {
        try await Till.with { till in
            var schools = try (0..<5).map { _ in try SampleHouse().school }
            for index in schools.indices { schools[index].name = "Colegio 100 % “\(index)”" }
            schools[1].verified = false
            try await till.importing(schools)
            func list(_ query: String) async throws -> Answer {
                try await till.send("GET", "/v1/institutions?\(query)", as: [.operator])
            }
            let first = try await list("q=COLEGIO%20100%20%25&limit=3")
            let next = try #require(first.json["next"]?.stringValue)
            let second = try await list("q=COLEGIO%20100%20%25&limit=3&cursor=\(next)")
            #expect(second.json["next"] == nil)
            let ids = (first.texts("institutions", "id") + second.texts("institutions", "id"))
            #expect(ids == schools.map(\.id).sorted().map(\.text))
            #expect(try await list("q=_&limit=3").texts("institutions", "id").isEmpty)
            #expect(try await list("verified=false").texts("institutions", "id") == [schools[1].id.text])
            for query in ["q=", "limit=0", "limit=201", "verified=maybe", "cursor=x", "q=a&q=b"] {
                #expect(try await list(query).problem == "invalid-parameter", "\(query)")
            }
            let own = try await till.send("GET", "/v1/institutions", as: [.purchaser], of: till.house.school.id)
            #expect(own.status == 403)
        }
    }
}
