public import JSON

/// How a schema is written down: as JSON Schema, its named parts apart.
///
/// One schema has two forms, for what may be left out differs: a member with a default is optional in a request and
/// always there in an answer. In a request null is as good as left out. A request with a member that nobody knows is
/// refused, and an answer may have more members in a later version.
public struct SchemaForm: Sendable {
    public enum Use: Sendable {
        case request, answer
    }

    /// What the named parts are referred to by: `#/components/schemas/`.
    private let prefix: String
    /// The named parts so far, by name.
    public private(set) var components: [String: JSONValue] = [:]
    private var sources: [String: Schema] = [:]

    public init(componentsAt prefix: String) { self.prefix = prefix }

    /// - Precondition: no two different schemas have one name.
    public mutating func write(_ schema: Schema, _ use: Use) -> JSONValue {
        switch schema {
        case .object(let members): object(members, use)
        case .array(let element, let bounds): array(element, bounds, use)
        case .text(let text): text.form
        case .integer(let range): Self.integer(range)
        case .boolean: ["type": "boolean"]
        case .words(let words): Self.words(words)
        case .anyOf(let schemas): ["anyOf": .array(schemas.map { write($0, use) })]
        case .named(let name, let schema): reference(name, schema, use)
        case .described(let sentence, let schema): described(sentence, schema, use)
        }
    }

    /// Requests have forms of their own.
    private mutating func reference(_ name: String, _ schema: Schema, _ use: Use) -> JSONValue {
        let name = use == .request && schema.differsInRequests ? name + "Input" : name
        if let source = sources[name] {
            precondition(source == schema, "two schemas are named \(name)")
        } else {
            sources[name] = schema
            components[name] = write(schema, use)
        }
        return ["$ref": .string(prefix + name)]
    }

    private mutating func described(_ sentence: String, _ schema: Schema, _ use: Use) -> JSONValue {
        var form = write(schema, use).objectValue ?? [:]
        form["description"] = .string(sentence)
        return .object(form)
    }

    private mutating func object(_ members: [Schema.Member], _ use: Use) -> JSONValue {
        guard !members.isEmpty else { return ["type": "object"] }
        var properties = JSONObject()
        for member in members {
            let form = write(member.schema, use)
            let mayBeNull = use == .request && member.presence != .required
            properties[member.name] = mayBeNull ? ["anyOf": [form, ["type": "null"]]] : form
        }
        let required = members.filter { $0.presence == .required || ($0.presence == .defaulted && use == .answer) }
        var form: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { form["required"] = .array(required.map { .string($0.name) }) }
        if use == .request { form["additionalProperties"] = false }
        return .object(form)
    }

    private mutating func array(_ element: Schema, _ bounds: Schema.Bounds, _ use: Use) -> JSONValue {
        var form: JSONObject = ["type": "array", "items": write(element, use)]
        if bounds.min > 0 { form["minItems"] = .integer(Int64(bounds.min)) }
        if let max = bounds.max { form["maxItems"] = .integer(Int64(max)) }
        if bounds.isDistinct { form["uniqueItems"] = true }
        return .object(form)
    }

    private static func integer(_ range: ClosedRange<Int64>) -> JSONValue {
        guard range.lowerBound < range.upperBound else { return ["const": .integer(range.lowerBound)] }
        var form: JSONObject = ["type": "integer", "format": "int64"]
        if range.lowerBound > .min { form["minimum"] = .integer(range.lowerBound) }
        if range.upperBound < .max { form["maximum"] = .integer(range.upperBound) }
        return .object(form)
    }

    private static func words(_ words: [String]) -> JSONValue {
        guard words.count != 1 else { return ["const": .string(words[0])] }
        return ["type": "string", "enum": .array(words.map(JSONValue.string))]
    }
}

extension Schema {
    /// Whether its form in a request is another than in an answer: there is an object in it.
    fileprivate var differsInRequests: Bool {
        switch self {
        case .object: true
        case .text, .integer, .boolean, .words: false
        case .array(let schema, _), .named(_, let schema), .described(_, let schema): schema.differsInRequests
        case .anyOf(let schemas): schemas.contains(where: \.differsInRequests)
        }
    }
}

extension Schema.Text {
    fileprivate var form: JSONValue {
        var form: JSONObject = ["type": "string"]
        if let format { form["format"] = .string(format) }
        if let pattern { form["pattern"] = .string(pattern) }
        if let lengthMin { form["minLength"] = .integer(Int64(lengthMin)) }
        if let lengthMax { form["maxLength"] = .integer(Int64(lengthMax)) }
        return .object(form)
    }
}
