import HTTPClient
import JSON
import ServiceTestSupport
import Testing

@testable import CatalogService

@Suite("The published schema of import files")
struct ImportSchemaTests {
    private static let film = #""id": "019b76da-a800-7000-8f11-000000000001", "slug": "one", "title": "One""#

    @Test("The sample is what the schema describes")
    func sample() async throws {
        try await CatalogWorld.with { world in
            let sample = try JSON.parse(sampleCatalogue(), limits: JSONLimits(bytesMax: 1 << 20))
            #expect(try await Self.faults(of: sample, in: world) == [])
        }
    }

    @Test(
        "What the reader refuses for a place's own sake the schema refuses too",
        arguments: [
            #"{"filmz": []}"#, #"{"films": {}}"#, #"{"films": [{}]}"#, "{\"films\": [{\(film), \"titel\": \"T\"}]}",
            "{\"films\": [{\(film), \"year\": 1800}]}", "{\"films\": [{\(film), \"year\": \"1999\"}]}",
            "{\"films\": [{\(film), \"territories\": [\"UK\"]}]}", "{\"films\": [{\(film), \"status\": \"sold\"}]}",
            #"{"films": [{"id": "x", "slug": "One Film", "title": ""}]}"#, "[]",
        ])
    func refused(text: String) async throws {
        try await CatalogWorld.with { world in
            let value = try JSON.parse(Array(text.utf8))
            #expect(try await !Self.faults(of: value, in: world).isEmpty)
            #expect(try await world.load(text: Array(text.utf8)).status == 422)
        }
    }

    private static func faults(of value: JSONValue, in world: CatalogWorld) async throws -> [String] {
        let schema = try await world.get("/v1/import-schema").json
        let root = try #require(schema["$ref"])
        return SchemaJudge(schema, isStrict: false).faults(in: value, by: ["$ref": root])
    }
}
