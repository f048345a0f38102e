import Contracts
import FilmClubModel
import JOSE
import JSON
import Testing

@Suite("The gate before a change of an event")
struct CompatibilityTests {
    /// Each with its predecessor.
    private static let successions: [(earlier: EventSchema, later: EventSchema)] = EventSchema.all.compactMap { later in
        EventSchema.all.last { $0.type.name == later.type.name && $0.type.version < later.type.version }
            .map { ($0, later) }
    }

    @Test("Against the last minor version nothing was taken away, narrowed, widened or newly required")
    func present() throws {
        #expect(!Self.successions.isEmpty)
        for (earlier, later) in Self.successions where earlier.type.version.major == later.type.version.major {
            let gate = CompatibilityGate(earlier: try earlier.document(), later: try later.document())
            #expect(gate.breaches == [], "\(earlier.name) → \(later.name)")
        }
    }

    private static let before: JSONValue = [
        "$id": "1.0", "type": "object",
        "properties": [
            "id": ["$ref": "#/$defs/Id"], "state": ["type": "string", "enum": ["open", "closed"]],
            "count": ["type": "integer", "minimum": 1, "maximum": 9],
            "lines": ["type": "array", "items": ["$ref": "#/$defs/Line"]],
            "price": ["anyOf": [["type": "integer"], ["type": "string"]]],
        ],
        "required": ["id", "lines"],
        "$defs": [
            "Id": ["type": "string", "format": "uuid"],
            "Line": ["type": "object", "properties": ["title": ["type": "string"]], "required": ["title"]],
        ],
    ]

    private static let breaking: [(change: String, path: [String], value: JSONValue?)] = [
        ("a member taken away", ["properties", "count"], nil),
        ("a member of a part taken away", ["$defs", "Line", "properties", "title"], nil),
        ("another type", ["properties", "count", "type"], "string"),
        ("another type of a part", ["$defs", "Id", "type"], "integer"),
        ("another format", ["$defs", "Id", "format"], nil),
        ("newly required", ["required"], ["id", "lines", "count"]),
        (
            "newly required in a part, and new", ["$defs", "Line"],
            [
                "type": "object", "properties": ["title": ["type": "string"], "price": ["type": "integer"]],
                "required": ["title", "price"],
            ]
        ),
        ("no longer required", ["required"], ["id"]),
        ("a word more", ["properties", "state", "enum"], ["open", "closed", "lost"]),
        ("a word less", ["properties", "state", "enum"], ["open"]),
        ("a narrower bound", ["properties", "count", "maximum"], 8),
        ("a wider bound", ["properties", "count", "maximum"], 10),
        ("a bound gone", ["properties", "count", "minimum"], nil),
        ("a new bound", ["properties", "lines", "minItems"], 1),
        ("a choice less", ["properties", "price", "anyOf"], [["type": "integer"]]),
        ("another choice", ["properties", "price", "anyOf"], [["type": "integer"], ["type": "boolean"]]),
        ("closed", ["additionalProperties"], false),
        ("a part lost", ["$defs", "Line"], nil),
    ]

    private static let harmless: [(change: String, path: [String], value: JSONValue?)] = [
        ("nothing", ["$id"], "1.1"),
        ("a member more", ["properties", "note"], ["type": "string"]),
        ("a member more in a part", ["$defs", "Line", "properties", "note"], ["type": "string"]),
        ("a description", ["properties", "count", "description"], "How many."),
        ("a part put where it was referred to", ["properties", "id"], ["type": "string", "format": "uuid"]),
    ]

    @Test("A change that a deployed reader or a stored event could not survive is refused", arguments: breaking.indices)
    func refused(_ index: Int) {
        let (change, path, value) = Self.breaking[index]
        let later = Self.before.changed(path[...], to: value)
        #expect(!CompatibilityGate(earlier: Self.before, later: later).breaches.isEmpty, "\(change)")
    }

    @Test("One that only adds passes", arguments: harmless.indices)
    func passed(_ index: Int) {
        let (change, path, value) = Self.harmless[index]
        let later = Self.before.changed(path[...], to: value)
        #expect(CompatibilityGate(earlier: Self.before, later: later).breaches == [], "\(change)")
    }

    @Test("A published schema never changes by a byte: a change is a new version")
    func sealed() {
        let digests = Dictionary(
            uniqueKeysWithValues: EventSchema.all.map { schema in
                (
                    schema.name,
                    Hashing.sha256(schema.bytes).map { String($0 >> 4, radix: 16) + String($0 & 0xF, radix: 16) }
                        .joined()
                )
            })
        for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
            #expect(SealedSchemas.digests[name] == digest, "\"\(name)\": \"\(digest)\",")
        }
        #expect(SealedSchemas.digests.count == digests.count)
    }
}

extension JSONValue {
    fileprivate func changed(_ path: ArraySlice<String>, to value: JSONValue?) -> JSONValue {
        guard let name = path.first, var members = objectValue else { return self }
        let rest = path.dropFirst()
        members[name] = rest.isEmpty ? value : members[name]?.changed(rest, to: value)
        return .object(members)
    }
}
