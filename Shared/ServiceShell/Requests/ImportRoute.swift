public import Contracts
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
    private let operation: Operation
    private let take: Taking

    /// - Parameters:
    ///   - lists: what the service takes of the document, and counts.
    ///   - document: what it reads.
    ///   - problems: what `take` throws beside refusing the import.
    public init(
        authenticator: Authenticator, lists: [String], document: Schema = .importDocument, problems: [ProblemType],
        take: @escaping Taking
    ) {
        self.authenticator = authenticator
        operation = .importing(lists, of: document, problems)
        self.take = take
    }

    public func register(in router: inout Router) {
        router.post("/v1/imports", operation) { try await answer($0) }
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

    public var value: JSONValue {
        [
            "created": .integer(Int64(created)), "changed": .integer(Int64(changed)),
            "unchanged": .integer(Int64(unchanged)),
        ]
    }
}

extension Operation {
    fileprivate static func importing(
        _ lists: [String], of document: Schema, _ problems: [ProblemType]
    ) -> Operation {
        Operation(
            "import", "Import a document",
            details: "All of the lists \(lists.joined(separator: " and ")) is taken or nothing; others are left alone.",
            access: .roles(.operator),
            parameters: [
                .query("dryRun", .words(["true", "false"]), says: "To say what would change, and change nothing.")
            ],
            body: Body(json: document, bytesMax: ImportRoute.bodyBytesMax),
            answers: [.json(.importReport(lists), says: "How much of it was news.")],
            problems: [.importRefused] + problems)
    }
}

extension ProblemType {
    public static let importRefused = ProblemType(
        422, "import-refused", "Import refused", members: [.required("errors", .array(.fault, .init(min: 1)))])
}

extension Problem {
    /// With every fault that was found, up to a limit of the reader's.
    ///
    /// - Parameter first: the first of them, as a sentence.
    public static func importRefused(first: String, faults: [JSONValue]) -> Problem {
        Problem(.importRefused, detail: "Nothing was imported. \(first)", members: ["errors": .array(faults)])
    }
}
