import Contracts
import FilmClubModel
import FoundationEssentials
import JSON
import ServiceTestSupport
import Testing

@Suite("The schemas of events")
struct EventSchemaTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "FilmClubModelTests/Corpus")

    /// `OrderPlaced-1.1`
    private static let versions: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: corpus.path)) ?? [])
        .map { String($0.dropLast(".json".count)) }.sorted()

    private static let present = Events.all.map { "\($0.type.name)-\($0.type.version)" }

    private static func sample(_ version: String) throws -> JSONValue {
        try JSON.parse(Array(Data(contentsOf: corpus.appending(path: "\(version).json"))))
    }

    private static func schema(_ version: String) throws -> JSONValue {
        try #require(EventSchema.all.first { $0.name == version }, "\(version) has no schema").document()
    }

    /// Reads it as whoever consumes it does, and writes it again.
    private static func rewritten(_ body: JSONValue, _ version: String) throws -> JSONValue {
        let name = try #require(version.split(separator: "-").first)
        let type = try #require(Events.all.first { $0.type.name == name })
        func through<Body: EventBody>(_ type: Body.Type) throws -> JSONValue {
            try JSON.parse(JSON.encode(JSON.decode(type, from: JSON.encode(body))))
        }
        return try through(type)
    }

    private static func faults(_ body: JSONValue, _ schema: JSONValue, isStrict: Bool = false) -> [String] {
        SchemaJudge(schema, isStrict: isStrict).faults(in: body, by: schema)
    }

    @Test("Every version that was published has its schema, and none has one that was not")
    func complete() {
        #expect(EventSchema.all.map(\.name).sorted() == Self.versions)
        #expect(Set(Self.present).isSubset(of: Self.versions))
    }

    @Test("A schema says which type and version it is of, as ce_dataschema does", arguments: versions)
    func named(_ version: String) throws {
        let type = try #require(EventSchema.all.first { $0.name == version }).type
        let schema = try Self.schema(version)
        #expect(schema["$id"]?.stringValue == type.schemaAttribute)
        #expect(schema["title"]?.stringValue == type.name)
    }

    @Test("Every file of the corpus is valid by its own version's schema, which names all of it", arguments: versions)
    func valid(_ version: String) throws {
        #expect(Self.faults(try Self.sample(version), try Self.schema(version), isStrict: true) == [])
    }

    @Test("What is written now is valid by the present version's schema, which names all of it", arguments: present)
    func written(_ version: String) throws {
        let body = try Self.rewritten(Self.sample(version), version)
        #expect(Self.faults(body, try Self.schema(version), isStrict: true) == [])
    }

    @Test("What is written now can still be read by the schema of every earlier minor version", arguments: versions)
    func earlier(_ version: String) throws {
        let name = try #require(version.split(separator: "-").first)
        let present = try #require(Self.present.first { $0.hasPrefix("\(name)-") })
        let body = try Self.rewritten(Self.sample(present), present)
        #expect(Self.faults(body, try Self.schema(version)) == [])
    }

    @Test(
        "Without a member that is required nothing decodes, without one that is not everything does", arguments: present
    )
    func members(_ version: String) throws {
        let (body, schema) = (try Self.sample(version), try Self.schema(version))
        var cases = 0
        for shortened in body.withoutEachMember() {
            cases += 1
            let isValid = Self.faults(shortened.body, schema).isEmpty
            let isRead = (try? Self.rewritten(shortened.body, version)) != nil
            #expect(isValid == isRead, "\(version) without \(shortened.path): valid \(isValid), read \(isRead)")
        }
        #expect(cases > 0)
    }

    @Test("What a schema allows is read, whatever stands in a member's place", arguments: present)
    func values(_ version: String) throws {
        let (body, schema) = (try Self.sample(version), try Self.schema(version))
        for other: JSONValue in [[], [:], "", "word", 0, -1, 1, 1.5, true, .null] {
            for changed in body.withEachMember(replacedBy: other) where Self.faults(changed.body, schema).isEmpty {
                #expect(throws: Never.self, "\(version) with \(other) at \(changed.path)") {
                    try Self.rewritten(changed.body, version)
                }
            }
        }
    }
}

extension JSONValue {
    typealias Changed = (path: String, body: JSONValue)

    /// Itself, once without each member of each object in it.
    func withoutEachMember() -> [Changed] { changingEachMember { _ in nil } }

    func withEachMember(replacedBy other: JSONValue) -> [Changed] { changingEachMember { _ in other } }

    private func changingEachMember(_ change: (JSONValue) -> JSONValue?) -> [Changed] {
        var found: [Changed] = []
        switch self {
        case .object(let members):
            for (name, member) in members.members {
                var changed = members
                changed[name] = change(member)
                found.append((name, .object(changed)))
                for (path, inner) in member.changingEachMember(change) {
                    changed = members
                    changed[name] = inner
                    found.append(("\(name).\(path)", .object(changed)))
                }
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                for (path, inner) in element.changingEachMember(change) {
                    var changed = elements
                    changed[index] = inner
                    found.append(("[\(index)].\(path)", .array(changed)))
                }
            }
        default: break
        }
        return found
    }
}
