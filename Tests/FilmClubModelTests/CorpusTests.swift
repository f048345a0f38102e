import FilmClubModel
import FoundationEssentials
import JSON
import Testing

/// Every version of every event that was ever published lies in `Corpus` as `<Type>-<major>.<minor>.json`.
@Suite("Corpus of events")
struct CorpusTests {
    private static let files: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: TestFiles.corpus.path))?.sorted() ?? []

    private static let types = Events.all.map { $0.type }

    private static func read(_ file: String) throws -> [UInt8] {
        try TestFiles.bytes(TestFiles.corpus.appending(path: file))
    }

    @Test("Every event has its present version in the corpus")
    func complete() {
        for body in Events.all {
            #expect(Self.files.contains("\(body.type.name)-\(body.type.version).json"))
        }
    }

    @Test("Every file of the corpus decodes, for ever", arguments: files)
    func decodes(file: String) throws {
        let name = try #require(file.split(separator: "-").first)
        let body = try #require(Events.all.first { $0.type.name == name }, "no event type reads \(file)")
        let event = try JSON.decode(body, from: Self.read(file))
        #expect(!event.key.isEmpty)
    }

    @Test("The present version is written exactly as it was read", arguments: types)
    func roundTrip(type: EventType) throws {
        let bytes = try Self.read("\(type.name)-\(type.version).json")
        let body = try #require(Events.all.first { $0.type == type })
        let written = try Self.encode(JSON.decode(body, from: bytes))
        let tree = try JSON.parse(bytes)
        #expect(written == JSON.encode(tree))
    }

    @Test("A field that a newer minor version added is passed over", arguments: types)
    func newerMinor(type: EventType) throws {
        let body = try #require(Events.all.first { $0.type == type })
        let tree = try JSON.parse(Self.read("\(type.name)-\(type.version).json"))
        let members = try #require(tree.objectValue).members
        let widened = JSONValue.object(JSONObject(members.map { ($0.key, $0.value) } + [("addedLater", .integer(1))]))
        let event = try Self.encode(JSON.decode(body, from: JSON.encode(widened)))
        #expect(event == JSON.encode(tree))
    }

    private static func encode(_ event: some EventBody) throws -> [UInt8] {
        try JSON.encode(event)
    }
}
