public import JSON

/// What a JSON value may be, as a client is promised it: enough of JSON Schema (2020-12) for what we read and write.
///
/// Written once, beside what it describes. From it come the document that clients read and the judgement over every
/// answer of the tests; nothing looks at it while a request is answered.
public indirect enum Schema: Sendable, Hashable {
    /// Without members named: any object.
    case object([Member])
    case array(Schema, Bounds = Bounds())
    case text(Text)
    /// Written without fraction and exponent.
    case integer(ClosedRange<Int64>)
    case boolean
    /// One of these words.
    case words([String])
    case anyOf([Schema])
    /// Stands once in the document, among its components, and is referred to by its name.
    case named(String, Schema)
    /// Something for people to read beside it.
    case described(String, Schema)

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        public let name: String
        public let schema: Schema
        public let presence: Presence

        init(name: String, schema: Schema, presence: Presence) {
            self.name = name
            self.schema = schema
            self.presence = presence
        }

        public static func required(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, presence: .required)
        }

        public static func optional(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, presence: .optional)
        }

        /// Has a value of ours where a request leaves it out, and so stands in every answer.
        public static func defaulted(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, presence: .defaulted)
        }
    }

    public enum Presence: Sendable, Hashable {
        case required, optional, defaulted
    }

    /// How many elements an array may have.
    public struct Bounds: Sendable, Hashable {
        public let min: Int
        public let max: Int?
        /// Whether nothing stands in it twice.
        public let isDistinct: Bool

        public init(min: Int = 0, max: Int? = nil, isDistinct: Bool = false) {
            self.min = min
            self.max = max
            self.isDistinct = isDistinct
        }
    }

    /// What a text may be. Lengths are counted in Unicode scalars, as JSON Schema counts them.
    public struct Text: Sendable, Hashable {
        /// A format of JSON Schema: `uuid`, `date-time`.
        public let format: String?
        /// ECMA-262, written so that every engine reads it alike.
        public let pattern: String?
        public let lengthMin: Int?
        public let lengthMax: Int?
        /// One that it may be.
        public let example: String

        public init(
            format: String? = nil, pattern: String? = nil, lengthMin: Int? = nil, lengthMax: Int? = nil,
            example: String
        ) {
            self.format = format
            self.pattern = pattern
            self.lengthMin = lengthMin
            self.lengthMax = lengthMax
            self.example = example
        }
    }
}

extension Schema {
    /// An object of this name.
    public static func object(_ name: String, _ members: [Member]) -> Schema { .named(name, .object(members)) }

    /// Any text. Names what it is like, where nothing more can be promised.
    public static func text(like example: String) -> Schema { .text(Text(example: example)) }

    /// This very word.
    public static func word(_ word: String) -> Schema { .words([word]) }

    /// From 1 up, as counts and versions go.
    public static let positive = Schema.integer(1...Int64.max)
    /// From 0 up.
    public static let count = Schema.integer(0...Int64.max)

    /// A value that it allows: every member that can be there, one element in an array.
    public var example: JSONValue {
        switch self {
        case .object(let members): .object(JSONObject(members.map { ($0.name, $0.schema.example) }))
        case .array(let element, let bounds):
            .array(Array(repeating: element.example, count: Swift.max(1, bounds.isDistinct ? 1 : bounds.min)))
        case .text(let text): .string(text.example)
        case .integer(let range): .integer(range.contains(1) ? 1 : range.lowerBound)
        case .boolean: true
        case .words(let words): .string(words.first ?? "")
        case .anyOf(let schemas): schemas.first?.example ?? .null
        case .named(_, let schema), .described(_, let schema): schema.example
        }
    }
}
