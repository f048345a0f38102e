public import HTTPServer
public import JSON

/// `POST /v1/imports[?dryRun=true]`, for operators. Every service takes its own part of an import document, all of it
/// or nothing, and answers how much of it was news:
/// `{"dryRun":false,"films":{"created":2,"changed":0,"unchanged":7}}`.
public struct ImportRoute: Sendable {
    public static let bodyBytesMax = 8 * 1_024 * 1_024

    /// - Parameter isDryRun: to say what would change, and to change nothing.
    /// - Returns: the counts of each kind of thing.
    public typealias Taking =
        @Sendable (_ request: Request, _ isDryRun: Bool) async throws -> KeyValuePairs<String, ImportCounts>

    private let authenticator: Authenticator
    private let take: Taking

    public init(authenticator: Authenticator, take: @escaping Taking) {
        self.authenticator = authenticator
        self.take = take
    }

    public func register(in router: inout Router) {
        let document = RouteOptions(bodyBytesMax: Self.bodyBytesMax, mediaTypes: ["application/json"])
        router.post("/v1/imports", options: document) { try await answer($0) }
    }

    private func answer(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let isDryRun = try request.query("dryRun") { ["true": true, "false": false][$0] } ?? false
        var report: JSONObject = ["dryRun": .bool(isDryRun)]
        for (kind, counts) in try await take(request, isDryRun) { report[kind] = counts.value }
        return .json(JSON.encode(.object(report)))
    }
}

/// How many things of one kind an import found new, other than before, and the same.
public struct ImportCounts: Sendable {
    public let created: Int
    public let changed: Int
    public let unchanged: Int

    public init(created: Int, changed: Int, unchanged: Int) {
        self.created = created
        self.changed = changed
        self.unchanged = unchanged
    }

    fileprivate var value: JSONValue {
        [
            "created": .integer(Int64(created)), "changed": .integer(Int64(changed)),
            "unchanged": .integer(Int64(unchanged)),
        ]
    }
}

extension Problem {
    /// With every fault that was found, up to a limit of the reader's.
    ///
    /// - Parameter first: the first of them, as a sentence.
    public static func importRefused(
        status: Int = 422, _ name: String = "import-refused", title: String = "Import refused", first: String,
        faults: [JSONValue]
    ) -> Problem {
        Problem(
            status: status, name, title: title, detail: "Nothing was imported. \(first)",
            members: ["errors": .array(faults)])
    }
}
