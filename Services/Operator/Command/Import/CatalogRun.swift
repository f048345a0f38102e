internal import FilmClubModel
internal import JSON
internal import Reactor

/// The catalog's part of an import: staged in parts, then checked or applied as a whole.
struct CatalogRun: Sendable {
    private let services: ImportServices
    private let url: String

    /// How often the catalog is asked how far it is.
    private static let pause: Duration = .milliseconds(100)

    static func open(_ services: ImportServices) async throws -> CatalogRun {
        let opened: Opened = try await services.call(
            "POST", services.url(.catalog, "/v1/import-runs"),
            idempotencyKey: "import-\(CorrelationID.generate(now: .now()))", expecting: 201)
        return CatalogRun(services: services, url: services.url(.catalog, "/v1/import-runs/\(opened.id)"))
    }

    private struct Opened: Decodable { let id: String }

    func stage(_ file: ImportFile, lists: Set<String>, _ progress: ImportProgress) async throws {
        let total = file.count(of: lists)
        var number = 0
        var done = 0
        try await file.eachPart(of: lists) { part in
            do {
                _ = try await services.call("PUT", "\(url)/parts/\(number)", body: part.body)
            } catch let answer as UnexpectedAnswer where !answer.errors.isEmpty {
                throw ImportRefused(
                    lines: try file.lines(answer.errors.map { (part.pathInFile($0.path), $0.message) }))
            }
            number += 1
            done += part.count
            progress.tell("Staged", done, of: total)
        }
    }

    /// Has all of it checked or applied, and waits until it is. Returns what it meant, as the catalog sums it up.
    func finish(
        _ file: ImportFile, isDryRun: Bool, on loop: EventLoop, _ progress: ImportProgress
    ) async throws -> JSONValue {
        let body: JSONValue = ["dryRun": .bool(isDryRun)]
        var state: State = try await services.call(
            "POST", "\(url)/application", body: JSON.encode(body), expecting: 202)
        while state.state == "checking" || state.state == "applying" {
            progress.tell(isDryRun ? "Checked" : "Applied", state.done, of: state.of)
            try await loop.sleep(for: Self.pause)
            state = try await services.call("GET", url)
        }
        guard let summary = state.summary else {
            throw ImportRefused(lines: try file.lines((state.errors ?? []).map { ($0.path, $0.message) }))
        }
        return summary
    }

    /// What is staged is no longer wanted.
    func delete() async throws {
        _ = try await services.call("DELETE", url, expecting: 204)
    }

    private struct State: Decodable {
        let state: String
        let done: Int
        let of: Int
        let summary: JSONValue?
        let errors: [Problem]?

        struct Problem: Decodable {
            let path: String
            let message: String
        }
    }
}
