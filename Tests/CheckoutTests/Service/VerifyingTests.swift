import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Who said that an institution is what it says")
struct VerifyingTests {
    private func decide(
        _ decision: String, _ till: Till, on id: InstitutionID? = nil, reason: String = "Papers seen.",
        key: String? = "\(UUID())"
    ) async throws -> Answer {
        try await till.send(
            "POST", "/v1/institutions/\(id ?? till.house.school.id)/verifications", as: [.operator],
            headers: key.map { [("Idempotency-Key", $0)] } ?? [],
            body: JSON.encode(["decision": .string(decision), "reason": .string(reason)]))
    }

    private func history(_ till: Till, as roles: [Role], of institution: InstitutionID?) async throws -> Answer {
        try await till.send(
            "GET", "/v1/institutions/\(till.house.school.id)/verifications", as: roles, of: institution)
    }

    @Test("Verification has its history, and the import writes it too")
    func itsHistory() async throws {
        try await Till.with { till in
            let school = till.house.school
            #expect(try await decide("revoked", till, reason: "Closed “for good”.").status == 201)
            #expect(try await till.order(till.house.request()).problem == "institution-not-verified")
            #expect(try await decide("refused", till).status == 201)
            let answer = try await decide("verified", till)
            #expect(answer.status == 201)
            #expect(answer.json["verified"] == true && answer.json["institutionVersion"] == 3)
            #expect(!answer.text.contains("someone"))
            #expect(try await till.order(till.house.request()).status == 201)
            let events = try await till.logged(.institutions, school.id.text)
            let told = try events.map { try JSON.decode(InstitutionChanged.self, from: $0.body).institution.verified }
            #expect(told == [true, false, true])

            let shown = try await history(till, as: [.operator], of: nil)
            #expect(shown.texts("verifications", "decision") == ["verified", "refused", "revoked", "verified"])
            #expect(shown.texts("verifications", "reason").last == "Imported.")
            #expect(shown.texts("verifications", "reason")[2] == "Closed “for good”.")
            #expect(shown.texts("verifications", "decidedBy") == Array(repeating: "someone", count: 4))
            let own = try await history(till, as: [.viewer], of: school.id)
            #expect(own.texts("verifications", "decision").count == 4)
            #expect(!own.text.contains("someone"))
            #expect(try await history(till, as: [.purchaser], of: .generate(now: .now())).status == 404)

            var renamed = school
            renamed.name = "Lincoln"
            try await till.importing([renamed])
            #expect(try await till.count("institution_verifications") == 4)
            renamed.verified = false
            try await till.importing([renamed])
            #expect(
                try await history(till, as: [.operator], of: nil).texts("verifications", "decision")[0] == "revoked")
            await #expect(throws: (any Error).self) {
                _ = try await till.pool.query("UPDATE institution_verifications SET reason = ''")
            }
        }
    }

    @Test("A decision is made once a key; one that says nothing new, or cannot be read, changes nothing")
    func refusals() async throws {
        try await Till.with { till in
            let key = "\(UUID())"
            let first = try await decide("revoked", till, key: key)
            let second = try await decide("revoked", till, key: key)
            #expect(first.status == 201 && second.bytes == first.bytes)
            #expect(try await decide("revoked", till, reason: "Another.", key: key).problem == "idempotency-key-reused")
            var before = try await till.ground.counts()
            before["audit_log"] = nil

            let again = try await decide("revoked", till)
            #expect(again.status == 409 && again.problem == "already-decided" && again.json["verified"] == false)
            let unknown = try await decide("verified", till, on: .generate(now: .now()))
            #expect(unknown.status == 404)
            #expect(try await decide("maybe", till).problem == "invalid-field")
            #expect(try await decide("verified", till, reason: " \n").problem == "invalid-field")
            let long = String(repeating: "é", count: 1_001)
            #expect(try await decide("verified", till, reason: long).problem == "invalid-field")
            #expect(try await decide("verified", till, key: nil).problem == "idempotency-key-missing")
            var after = try await till.ground.counts()
            after["audit_log"] = nil
            #expect(after == before)
        }
    }

    @Test("Of two operators who decide the same at once one does, and the other is told so")
    func race() async throws {
        try await Till.with { till in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await decide("revoked", till).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [201, 409, 409, 409])
            #expect(try await till.logged(.institutions, till.house.school.id.text).map(\.sequence) == [1, 2])
            #expect(try await till.count("institution_verifications") == 2)
        }
    }
}
