import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

/// One import run of a test, as an operator has it.
struct ImportRunClient: Sendable {
    let world: CatalogWorld
    let token: String
    let location: String

    static func open(in world: CatalogWorld, key: String = "a-key") async throws -> ImportRunClient {
        let token = try world.token([.operator], of: nil)
        let answer = try await world.send("POST", "/v1/import-runs", token: token, headers: [("Idempotency-Key", key)])
        #expect(answer.status == 201)
        #expect(answer.json["state"] == "staging")
        return ImportRunClient(
            world: world, token: token, location: try #require(answer.headers["Location"]))
    }

    func stage(_ part: Int, _ document: ImportDocument) async throws -> Answer {
        try await stage(part, text: try JSON.encode(document))
    }

    func stage(_ part: Int, text: [UInt8]) async throws -> Answer {
        try await world.send("PUT", "\(location)/parts/\(part)", token: token, body: text)
    }

    func begin(isDryRun: Bool = false) async throws -> Answer {
        let body: JSONValue = ["dryRun": .bool(isDryRun)]
        return try await world.send("POST", "\(location)/application", token: token, body: JSON.encode(body))
    }

    func read() async throws -> Answer { try await world.send("GET", location, token: token) }

    func delete() async throws -> Answer { try await world.send("DELETE", location, token: token) }

    /// Has it checked or applied, and returns what came of it.
    func finish(isDryRun: Bool = false) async throws -> JSONValue {
        let begun = try await begin(isDryRun: isDryRun)
        #expect(begun.status == 202)
        #expect(begun.headers["Location"] == location)
        return try await outcome()
    }

    /// Where it stands when nobody works on it any more.
    func outcome() async throws -> JSONValue {
        try await eventually("the run is through") {
            try await !["checking", "applying"].contains(read().json["state"]?.stringValue)
        }
        return try await read().json
    }
}
