internal import FilmClubModel
internal import JSON
internal import ServiceShell

/// Imports films, people, programmes, institutions, taxes and media from a file: each list goes to the service that
/// owns it.
struct Import: Subcommand {
    static let name = "import"
    static let summary = "Import films, people, programmes, institutions, taxes and media from a JSON file."
    static let usage = "import FILE [--dry-run], or import [--schema] for what such a file may hold"

    /// Nil where only the schema is asked for.
    private let file: String?
    private let isDryRun: Bool

    init(_ options: Options) throws(UsageError) {
        isDryRun = options.has("--dry-run")
        file = options.has("--schema") ? nil : try options.onlyWord("file", usage: Self.usage)
        if file == nil, isDryRun || !options.words.isEmpty {
            throw UsageError("--schema stands alone. Usage: filmclub \(Self.usage)")
        }
    }

    private static let catalogLists: Set<String> = ["films", "people", "programmes"]
    private static let others: [(service: House.Service, list: String)] = [
        (.checkout, "institutions"), (.checkout, "taxes"), (.streaming, "media"),
    ]
    /// Lists that say all there is; what they do not name is no more.
    private static let wholeLists: Set<String> = ["taxes"]

    /// Reads and checks all of the file, asks every service whether it would take its lists, and only then lets them.
    /// The catalog takes its lists as a whole or not at all, the others part by part; there is no transaction over three
    /// databases. One that fails after it has agreed leaves the others' parts in place, and the same import again makes
    /// it whole.
    ///
    /// Media come last: a film that has none yet is in the catalog and cannot be watched, never the other way round.
    /// Streaming by itself takes media of any film. It hears of films only in orders, which may be made of a film whose
    /// media were there long before, and a mapping that nothing refers to has no effect.
    func run(_ context: CommandContext) async throws {
        let progress = ImportProgress()
        let services = ImportServices(context)
        guard let path = self.file else {
            let schema = try await services.house.call("GET", services.url(.catalog, "/v1/import-schema"))
            return print(String(decoding: schema, as: UTF8.self))
        }
        let file = try ImportFile(path) { progress.tell("Read", $0) }
        let catalog = try await CatalogRun.open(services)
        var plans: [(House.Service, JSONValue)] = []
        do {
            try await catalog.stage(file, lists: Self.catalogLists, progress)
            plans.append((.catalog, try await catalog.finish(file, isDryRun: true, on: context.loop, progress)))
            for (service, list) in Self.others where file.counts[list] != nil {
                plans.append((service, try await send(file, list, "?dryRun=true", to: service, services)))
            }
        } catch {
            progress.end()
            // What cannot be taken away now is forgotten by the catalog in a day.
            try? await catalog.delete()
            throw error
        }
        if isDryRun {
            progress.end()
            for (service, plan) in plans { print(Self.line(service, plan)) }
            try await catalog.delete()
            return print("Nothing was changed: this was a dry run.")
        }
        try await apply(file, catalog, services, context, progress)
    }

    private func apply(
        _ file: ImportFile, _ catalog: CatalogRun, _ services: ImportServices, _ context: CommandContext,
        _ progress: ImportProgress
    ) async throws {
        var taken: [House.Service] = []
        func take(_ service: House.Service, _ work: () async throws -> JSONValue) async throws {
            do {
                let summary = try await work()
                if taken.last != service { taken.append(service) }
                progress.end()
                print(Self.line(service, summary))
            } catch {
                progress.end()
                throw taken.isEmpty ? error : ImportInterrupted(taken: taken, failed: service, reason: error)
            }
        }
        try await take(.catalog) {
            try await catalog.finish(file, isDryRun: false, on: context.loop, progress)
        }
        for (service, list) in Self.others where file.counts[list] != nil {
            try await take(service) { try await send(file, list, "", to: service, services) }
        }
    }

    /// All of a list to its service; what it meant.
    private func send(
        _ file: ImportFile, _ list: String, _ query: String, to service: House.Service, _ services: ImportServices
    ) async throws -> JSONValue {
        var summary = ImportSummary(list)
        func send(_ part: ImportPart) async throws {
            do {
                let answer = try await services.call(
                    "POST", services.url(service, "/v1/imports\(query)"), body: part.body)
                try summary.add(answer)
            } catch let answer as UnexpectedAnswer where !answer.errors.isEmpty {
                throw ImportRefused(
                    lines: try file.lines(answer.errors.map { (part.pathInFile($0.path), $0.message) }))
            }
        }
        if Self.wholeLists.contains(list) {
            if let part = try await file.whole(list) { try await send(part) }
        } else {
            try await file.eachPart(of: [list]) { try await send($0) }
        }
        return summary.value
    }

    /// `catalog: 100,000 films created, 3 changed, 0 unchanged; 2 programmes created, …`
    static func line(_ service: House.Service, _ summary: JSONValue) -> String {
        let lists = (summary.objectValue?.members ?? []).map { list, counts in
            let count = { (change: String) in Int(clamping: counts[change]?.integerValue ?? 0).grouped }
            return "\(count("created")) \(list) created, \(count("changed")) changed, \(count("unchanged")) unchanged"
        }
        return "\(service): \(lists.joined(separator: "; "))"
    }
}

/// What the parts of a list meant, added up.
private struct ImportSummary {
    private let list: String
    private var counts: [String: Int64] = [:]
    private static let changes = ["created", "changed", "unchanged"]

    init(_ list: String) { self.list = list }

    mutating func add(_ answer: [UInt8]) throws {
        let parsed = try JSON.parse(answer)
        for change in Self.changes { counts[change, default: 0] += parsed[list]?[change]?.integerValue ?? 0 }
    }

    var value: JSONValue {
        let changes = Self.changes.map { ($0, JSONValue.integer(counts[$0] ?? 0)) }
        return .object(JSONObject([(list, .object(JSONObject(changes)))]))
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
