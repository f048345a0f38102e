internal import CatalogDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

/// `POST /v1/import-runs`, `GET` and `DELETE /v1/import-runs/{id}`, `PUT /v1/import-runs/{id}/parts/{part}`,
/// `POST /v1/import-runs/{id}/application`. For operators.
struct ImportRunRoutes: Sendable {
    let authenticator: Authenticator
    let desk: ImportRunDesk
    let meters: CatalogMeters
    let applying: AuditedAction
    let deleting: AuditedAction

    /// Staging a part of the greatest size may take longer than other requests do.
    private static let stagingMax: Duration = .seconds(20)
    static let bodyBytesMax = 1_024

    func register(in router: inout Router) {
        router.post("/v1/import-runs", .openImportRun) { try await open($0) }
        router.get("/v1/import-runs/{id}", .readImportRun) { try await show($0) }
        router.group("", [deleting]) { group in
            group.delete("/v1/import-runs/{id}", .deleteImportRun) { try await delete($0) }
        }
        router.put("/v1/import-runs/{id}/parts/{part}", .stageImportPart) { try await stage($0) }
        router.group("", [applying]) { group in
            group.post("/v1/import-runs/{id}/application", .applyImportRun) { try await begin($0) }
        }
    }

    private func open(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let key = try IdempotencyKey(request)
        let answer = try await Problem.forDatabase { try await desk.open(key) }
        return .json(answer.body, status: answer.status, headers: ["Location": answer.location])
    }

    private func show(_ request: Request) async throws -> Response {
        let id = try runID(request)
        guard let run = try await Problem.forDatabase({ try await desk.read(id) }) else {
            throw Problem.noSuchImportRun
        }
        return .run(run)
    }

    private func stage(_ request: Request) async throws -> Response {
        let id = try runID(request)
        let number = try request.parameter("part", ImportRunLimits.part)
        do {
            let part = try await StagedPart(request.body)
            let run = try await Problem.forDatabase(within: Self.stagingMax) {
                try await desk.stage(part, number: number, of: id)
            }
            return .run(run)
        } catch let refused as ImportRefused {
            meters.importsRefused.increment()
            throw Problem(refused, bytesMax: ImportRunLimits.partBytesMax)
        }
    }

    private func begin(_ request: Request) async throws -> Response {
        let id = try runID(request)
        let body = try request.decoded(as: ApplicationBody.self)
        let run = try await Problem.forDatabase {
            try await desk.begin(
                id, isDryRun: body.dryRun, by: request.operatorCall, trace: request.identity.trace)
        }
        return .json(run.json, status: 202, headers: ["Location": run.location])
    }

    private func delete(_ request: Request) async throws -> Response {
        let id = try runID(request)
        try await Problem.forDatabase(within: Self.stagingMax) {
            try await desk.delete(id, by: request.operatorCall)
        }
        return .noContent
    }

    /// The run that the path names, for an operator.
    private func runID(_ request: Request) throws(Problem) -> ImportRunID {
        _ = try authenticator.require(.operator, of: request)
        return try request.parameter("id") { try? ImportRunID($0) }
    }
}

/// `{"dryRun": true}`; false where it is not said.
private struct ApplicationBody: Decodable {
    let dryRun: Bool

    private enum Member: String, CodingKey {
        case dryRun
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        dryRun = try members.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
    }
}

extension Response {
    fileprivate static func run(_ run: ImportRunDocument) -> Response {
        .json(run.json, headers: ["Cache-Control": "no-store"])
    }
}
