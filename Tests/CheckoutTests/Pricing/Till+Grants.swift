import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

extension Till {
    static let cycle = "2026-2027"

    /// An operator states a cycle that runs: the tests never wait for a date.
    @discardableResult
    func stateCycle(_ name: String = cycle, from: Instant? = nil, until: Instant? = nil) async throws -> Answer {
        let now = Instant.now()
        return try await send(
            "PUT", "/v1/grant-cycles/\(name)", as: [.operator],
            body: JSON.encode([
                "startsAt": .string((from ?? now - .seconds(86_400)).text),
                "endsAt": .string((until ?? now + .seconds(86_400)).text),
            ]))
    }

    func apply(
        _ cycle: String = cycle, statement: String = "We have no budget.", of institution: InstitutionID? = nil,
        key: String? = "\(UUID())"
    ) async throws -> Answer {
        try await send(
            "POST", "/v1/grants", as: [.purchaser], of: institution ?? house.school.id,
            headers: key.map { [("Idempotency-Key", $0)] } ?? [],
            body: JSON.encode(["cycle": .string(cycle), "statement": .string(statement)]))
    }

    func decide(_ grant: GrantID, _ body: JSONValue) async throws -> Answer {
        try await send("POST", "/v1/grants/\(grant)/decision", as: [.operator], body: JSON.encode(body))
    }

    /// A grant of the school, or another institution, that an operator has granted.
    func granted(_ percent: Int64 = 50, of institution: InstitutionID? = nil) async throws -> GrantID {
        try await stateCycle()
        let id = try #require(try await apply(of: institution).grantID)
        #expect(try await decide(id, ["decision": "granted", "percent": .integer(percent)]).status == 200)
        return id
    }

    /// `POST /v1/orders` that would use a grant.
    func order(
        _ request: OrderRequest? = nil, with grant: GrantID, key: String? = "\(UUID())",
        of institution: InstitutionID? = nil
    ) async throws -> Answer {
        try await order(request ?? house.request(), key: key, of: institution) {
            $0["grantId"] = .string(grant.text)
        }
    }

    /// As if time had passed.
    func endCycle(_ name: String = cycle) async throws {
        _ = try await pool.query(
            """
            UPDATE grant_cycles SET starts_at = now() - interval '2 days', ends_at = clock_timestamp()
            WHERE name = \(name)
            """)
    }
}

extension Answer {
    var grantID: GrantID? { json["id"]?.stringValue.flatMap { try? GrantID($0) } }
}
