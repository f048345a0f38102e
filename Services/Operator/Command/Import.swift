internal import FilmClubModel
internal import JSON
internal import ServiceShell

/// Imports films, programmes, institutions and media from a file: each part goes to the service that owns it.
struct Import: Subcommand {
    static let name = "import"
    static let summary = "Import films, programmes, institutions and media from a JSON file."
    static let usage = "import FILE [--dry-run]"
    static let fileBytesMax = 64 << 20

    private let file: String
    private let isDryRun: Bool

    init(_ options: Options) throws(UsageError) {
        file = try options.onlyWord("file", usage: Self.usage)
        isDryRun = options.has("--dry-run")
    }

    /// Reads and checks all of the file, asks every service whether it would take its part, and only then lets
    /// them. Each service takes its part as a whole or not at all.
    func run(_ context: CommandContext) async throws {
        let document = try read()
        let house = House(context)
        let token = try context.token(TokenRequest(roles: [.operator], minutes: 10))
        let parts: [(service: House.Service, document: ImportDocument)] = [
            (.catalog, ImportDocument(films: document.films, programmes: document.programmes)),
            (.checkout, ImportDocument(institutions: document.institutions)),
            (.streaming, ImportDocument(media: document.media)),
        ]
        for part in parts {
            _ = try await house.call(
                "POST", house.url(part.service, "/v1/imports?dryRun=true"), token: token,
                body: try JSON.encode(part.document))
        }
        if isDryRun { return print("Nothing was changed: this was a dry run.") }
        for part in parts {
            let summary = try await house.call(
                "POST", house.url(part.service, "/v1/imports"), token: token, body: try JSON.encode(part.document))
            print("\(part.service): \(String(decoding: summary, as: UTF8.self))")
        }
    }

    private func read() throws -> ImportDocument {
        let bytes = try OutputFile.read(file, bytesMax: Self.fileBytesMax)
        let document: ImportDocument
        do throws(JSONError) {
            document = try JSON.decode(
                ImportDocument.self, from: bytes, limits: JSONLimits(bytesMax: Self.fileBytesMax),
                userInfo: ImportDocument.decoderInfo)
        } catch {
            throw ImportRefused(lines: ["\(file):\(error.line):\(error.column): \(error)"])
        }
        let problems = document.problems()
        guard problems.isEmpty else { throw ImportRefused(lines: problems.map { "\(file): \($0)" }) }
        return document
    }
}

/// The file cannot be imported, and nothing of it was.
struct ImportRefused: Error, CustomStringConvertible {
    let lines: [String]
    var description: String { (lines + ["Nothing was imported."]).joined(separator: "\n") }
}
