internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// `GET /v1/institutions/{id}`.
struct InstitutionRoutes: Sendable {
    let authenticator: Authenticator
    let pool: PostgresPool

    func register(in router: inout Router) {
        router.get("/v1/institutions/{id}", .readInstitution) { try await show($0) }
    }

    private func show(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let id = try request.parameter("id") { try? InstitutionID($0) }
        guard caller.roles.contains(.operator) || caller.institution == id,
            let institution = try await Problem.forDatabase({ try await institution(id) })
        else { throw Problem.notFound("There is no such institution.") }
        return .json(try JSON.encode(institution), headers: ["Cache-Control": "no-store"])
    }

    private func institution(_ id: InstitutionID) async throws -> Institution? {
        try await pool.query(
            "/* selectInstitution */ SELECT \(sql: Institution.columns) FROM institutions WHERE id = \(id)"
        ).first.map { try Institution($0) }
    }
}
