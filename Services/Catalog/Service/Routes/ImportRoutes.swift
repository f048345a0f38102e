internal import CatalogDomain
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

/// `POST /v1/imports[?dryRun=true]`, for operators.
struct ImportRoutes: Sendable {
    static let bodyBytesMax = 8 * 1_024 * 1_024

    let authenticator: Authenticator
    let importCatalog: ImportCatalog
    let meters: CatalogMeters
    let log: Log

    func register(in router: inout Router) {
        let document = RouteOptions(bodyBytesMax: Self.bodyBytesMax, mediaTypes: ["application/json"])
        router.post("/v1/imports", options: document) { try await take($0) }
    }

    private func take(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let isDryRun = try request.query("dryRun") { ["true": true, "false": false][$0] } ?? false
        let plan: CatalogImport
        do {
            let draft = try ImportDraft(request.body, bytesMax: Self.bodyBytesMax)
            plan = try await Problem.forDatabase {
                try await importCatalog(draft, isDryRun: isDryRun, trace: request.identity.trace)
            }
        } catch let refused as ImportRefused {
            meters.importsRefused.increment()
            throw Problem(refused, bytesMax: Self.bodyBytesMax)
        }
        if !isDryRun { note(plan, request) }
        return .json(JSON.encode(Self.report(plan, isDryRun: isDryRun)))
    }

    private func note(_ plan: CatalogImport, _ request: Request) {
        meters.count(plan.films)
        meters.count(plan.programmes)
        request.log(log).info(
            "catalog.imported",
            ["films": .count(plan.films.news.count), "programmes": .count(plan.programmes.news.count)])
    }

    /// `{"dryRun":false,"films":{"created":2,"changed":0,"unchanged":7},"programmes":{…}}`
    private static func report(_ plan: CatalogImport, isDryRun: Bool) -> JSONValue {
        func counts<Item>(_ plan: ItemImport<Item>) -> JSONValue {
            func count(_ change: ItemImport<Item>.Change) -> JSONValue { .integer(Int64(plan.count(change))) }
            return ["created": count(.created), "changed": count(.changed), "unchanged": count(.unchanged)]
        }
        return ["dryRun": .bool(isDryRun), "films": counts(plan.films), "programmes": counts(plan.programmes)]
    }
}

extension Problem {
    /// With every fault that was found, up to a limit.
    fileprivate init(_ refused: ImportRefused, bytesMax: Int) {
        switch refused.reason {
        case .tooLarge: self = .bodyTooLarge(bytesMax: bytesMax)
        case .malformed:
            self.init(status: 400, "malformed-json", title: "Malformed JSON", refused)
        case .invalid:
            self.init(status: 422, "import-refused", title: "Import refused", refused)
        }
    }

    private init(status: Int, _ name: String, title: String, _ refused: ImportRefused) {
        let first = refused.faults.first?.description ?? ""
        self.init(
            status: status, name, title: title, detail: "Nothing was imported. \(first)",
            members: ["errors": .array(refused.faults.map(\.value))])
    }
}

extension ImportFault: CustomStringConvertible {
    /// All in one sentence: `line 4, column 31, films[3].slug: …`.
    var description: String {
        "line \(line), column \(column)\(path.isEmpty ? "" : ", ")\(path): \(message)"
    }

    fileprivate var value: JSONValue {
        [
            "path": .string(path), "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "message": .string(message),
        ]
    }
}
