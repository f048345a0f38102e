internal import FilmClubModel
internal import JSON
internal import ServiceShell

/// Imports films, people, programmes, institutions, taxes and media from a file: each part goes to the service that owns it.
struct Import: Subcommand {
    static let name = "import"
    static let summary = "Import films, people, programmes, institutions, taxes and media from a JSON file."
    static let usage = "import FILE [--dry-run]"

    private let file: String
    private let isDryRun: Bool

    init(_ options: Options) throws(UsageError) {
        file = try options.onlyWord("file", usage: Self.usage)
        isDryRun = options.has("--dry-run")
    }

    /// Reads and checks all of the file, asks every service whether it would take its part, and only then lets
    /// them. Each service takes its part as a whole or not at all; there is no transaction over three databases, so one
    /// that fails after it has agreed leaves the others' parts in place, and the same import again makes it whole.
    ///
    /// Media come last: a film that has none yet is in the catalog and cannot be watched, never the other way round.
    /// Streaming by itself takes media of any film. It hears of films only in orders, which may be made of a film whose
    /// media were there long before, and a mapping that nothing refers to has no effect.
    func run(_ context: CommandContext) async throws {
        let file = try ImportFile(file)
        let house = House(context)
        let token = try context.token(TokenRequest(roles: [.operator], minutes: 10))
        let parts: [(service: House.Service, document: ImportDocument)] = [
            (
                .catalog,
                ImportDocument(
                    films: file.document.films, programmes: file.document.programmes, people: file.document.people)
            ),
            (.checkout, ImportDocument(institutions: file.document.institutions, taxes: file.document.taxes)),
            (.streaming, ImportDocument(media: file.document.media)),
        ]
        for part in parts {
            let plan = try await send(part.document, "?dryRun=true", to: part.service, house, token, file)
            if isDryRun { print("\(part.service): \(String(decoding: plan, as: UTF8.self))") }
        }
        if isDryRun { return print("Nothing was changed: this was a dry run.") }
        var taken: [House.Service] = []
        for part in parts {
            let summary: [UInt8]
            do {
                summary = try await send(part.document, "", to: part.service, house, token, file)
            } catch {
                throw taken.isEmpty ? error : ImportInterrupted(taken: taken, failed: part.service, reason: error)
            }
            taken.append(part.service)
            print("\(part.service): \(String(decoding: summary, as: UTF8.self))")
        }
    }

    /// What a service finds wrong is shown where it stands in the file.
    private func send(
        _ part: ImportDocument, _ query: String, to service: House.Service, _ house: House, _ token: String,
        _ file: ImportFile
    ) async throws -> [UInt8] {
        do {
            return try await house.call(
                "POST", house.url(service, "/v1/imports\(query)"), token: token, body: try JSON.encode(part))
        } catch let answer as UnexpectedAnswer where !answer.errors.isEmpty {
            throw ImportRefused(lines: answer.errors.map { file.place($0.path, $0.message) })
        }
    }
}

/// A service that had agreed to its part failed when it was asked to take it.
struct ImportInterrupted: Error, CustomStringConvertible {
    let taken: [House.Service]
    let failed: House.Service
    let reason: any Error

    var description: String {
        let names = taken.map { "\($0)" }.joined(separator: " and ")
        return "Only \(names) took their part of the import: \(failed) failed. \(reason)\n"
            + "Run the same import again: what was taken already stays as it is, and the rest follows."
    }
}
