internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

/// `POST /v1/imports[?dryRun=true]`, for operators: which media films play.
struct ImportRoutes: Sendable {
    static let bodyBytesMax = 8 * 1_024 * 1_024

    let authenticator: Authenticator
    let importMedia: ImportMedia
    let log: Log

    func register(in router: inout Router) {
        let document = RouteOptions(bodyBytesMax: Self.bodyBytesMax, mediaTypes: ["application/json"])
        router.post("/v1/imports", options: document) { try await take($0) }
    }

    private func take(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let isDryRun = try request.query("dryRun") { ["true": true, "false": false][$0] } ?? false
        let report: ImportMedia.Report
        do {
            let draft = try MediaDraft(request.body, bytesMax: Self.bodyBytesMax)
            report = try await Problem.forDatabase { try await importMedia(draft, isDryRun: isDryRun) }
        } catch let error as JSONError {
            throw Problem(error)
        } catch let refused as ImportMedia.Refused {
            throw Problem(refused)
        }
        if !isDryRun {
            request.log(log).info(
                "media.imported", ["created": .count(report.created), "changed": .count(report.changed)])
        }
        return .json(JSON.encode(Self.body(report, isDryRun: isDryRun)))
    }

    /// `{"dryRun":false,"media":{"created":2,"changed":0,"unchanged":7}}`
    private static func body(_ report: ImportMedia.Report, isDryRun: Bool) -> JSONValue {
        [
            "dryRun": .bool(isDryRun),
            "media": [
                "created": .integer(Int64(report.created)), "changed": .integer(Int64(report.changed)),
                "unchanged": .integer(Int64(report.unchanged)),
            ],
        ]
    }
}

extension Problem {
    /// 422 with every fault that was found, up to a limit.
    fileprivate init(_ refused: ImportMedia.Refused) {
        self.init(
            status: 422, "import-refused", title: "Import refused",
            detail: "Nothing was imported. " + (refused.faults.first.map { "\($0.path): \($0.message)" } ?? ""),
            members: ["errors": .array(refused.faults.map(\.value))])
    }
}

extension MediaFault {
    fileprivate var value: JSONValue {
        var members: JSONObject = [
            "path": .string(path), "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "message": .string(message),
        ]
        if let file { members["file"] = .string(file) }
        if let fileLine { members["fileLine"] = .integer(Int64(fileLine)) }
        return .object(members)
    }
}
