internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

extension ImportRoute {
    /// Of which media films play.
    static func media(authenticator: Authenticator, importMedia: ImportMedia, log: Log) -> ImportRoute {
        ImportRoute(authenticator: authenticator, lists: ["media"], problems: .ofDatabase) { request, isDryRun in
            let report: ImportCounts
            do {
                let draft = try MediaDraft(request.body, bytesMax: bodyBytesMax)
                let call = try request.operatorCall
                report = try await Problem.forDatabase { try await importMedia(draft, isDryRun: isDryRun, by: call) }
            } catch let error as JSONError {
                throw Problem(error)
            } catch let refused as ImportMedia.Refused {
                throw Problem(refused)
            }
            if !isDryRun {
                request.log(log).info(
                    "media.imported", ["created": .count(report.created), "changed": .count(report.changed)])
            }
            return ["media": report]
        }
    }
}

extension Problem {
    fileprivate init(_ refused: ImportMedia.Refused) {
        self = .importRefused(
            first: refused.faults.first.map { "\($0.path): \($0.message)" } ?? "", faults: refused.faults.map(\.value))
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
