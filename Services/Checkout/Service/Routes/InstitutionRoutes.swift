internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// `POST /v1/imports`, `GET /v1/institutions/{id}`.
struct InstitutionRoutes: Sendable {
    static let importBytesMax = 8 * 1_024 * 1_024
    /// How long the database may take for an import: thousands of rows.
    static let importWaitMax: Duration = .seconds(20)

    let authenticator: Authenticator
    let importInstitutions: ImportInstitutions
    let pool: PostgresPool

    func register(in router: inout Router) {
        let document = RouteOptions(bodyBytesMax: Self.importBytesMax, mediaTypes: ["application/json"])
        router.post("/v1/imports", options: document) { try await take($0) }
        router.get("/v1/institutions/{id}") { try await show($0) }
    }

    /// Takes the institutions of an import document; what it holds for other services is theirs.
    private func take(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let isDryRun = try request.query("dryRun") { ["true": true, "false": false][$0] } ?? false
        let document = try Self.document(request)
        let plan: InstitutionImport
        do {
            plan = try await Problem.forDatabase(within: Self.importWaitMax) {
                try await importInstitutions(document, isDryRun: isDryRun, trace: request.identity.trace)
            }
        } catch let refused as ImportInstitutions.Refused {
            throw Problem(refused)
        }
        return .json(JSON.encode(Self.report(plan, isDryRun: isDryRun)))
    }

    /// A misspelt member is refused with its line and path.
    private static func document(_ request: Request) throws(Problem) -> ImportDocument {
        do throws(JSONError) {
            return try JSON.decode(
                ImportDocument.self, from: request.body, limits: JSONLimits(bytesMax: importBytesMax),
                userInfo: ImportDocument.decoderInfo)
        } catch {
            throw Problem(error)
        }
    }

    /// `{"dryRun":false,"institutions":{"created":2,"changed":0,"unchanged":7}}`
    private static func report(_ plan: InstitutionImport, isDryRun: Bool) -> JSONValue {
        func count(_ list: some Collection) -> JSONValue { .integer(Int64(list.count)) }
        return [
            "dryRun": .bool(isDryRun),
            "institutions": [
                "created": count(plan.created), "changed": count(plan.changed), "unchanged": count(plan.unchanged),
            ],
        ]
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

extension Problem {
    /// 422 with every contradiction that was found, up to a limit.
    fileprivate init(_ refused: ImportInstitutions.Refused) {
        self.init(
            status: 422, "import-refused", title: "Import refused",
            detail: "Nothing was imported. " + (refused.problems.first?.description ?? ""),
            members: [
                "errors": .array(
                    refused.problems.map { ["path": .string($0.path), "message": .string($0.sentence)] })
            ])
    }
}
