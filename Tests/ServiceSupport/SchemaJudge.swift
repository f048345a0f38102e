public import JSON

/// Says what is wrong with a value by a JSON Schema (2020-12), as far as our documents use it. A keyword that it does
/// not know is a fault, so that nothing is promised that nobody checks.
public struct SchemaJudge: Sendable {
    /// What `#/…` refers into.
    private let document: JSONValue
    /// Whether a member that the schema does not name is a fault: what we write is what we have declared.
    private let isStrict: Bool

    public init(_ document: JSONValue, isStrict: Bool) {
        self.document = document
        self.isStrict = isStrict
    }

    /// Each a sentence with its place: `lines[0].price: a member is missing: currency`.
    public func faults(in value: JSONValue, by schema: JSONValue, at place: String = "") -> [String] {
        guard let keywords = schema.objectValue else { return ["\(place): the schema is no object"] }
        return keywords.members.flatMap { keyword, content in
            faults(in: value, by: keyword, content, among: keywords, at: place)
        }
    }

    private func faults(
        in value: JSONValue, by keyword: String, _ content: JSONValue, among keywords: JSONObject, at place: String
    ) -> [String] {
        switch keyword {
        case "$ref":
            guard let schema = resolve(content) else { return ["\(place): there is no \(content)"] }
            return faults(in: value, by: schema, at: place)
        case "anyOf":
            return anyOf(content, value, at: place)
        case "type":
            return verdict(isOfType(value, content), "is no \(content.stringValue ?? "?")", place)
        case "const":
            return verdict(value == content, "is not the one value allowed, \(text(content)) but \(text(value))", place)
        case "enum":
            return verdict(
                content.arrayValue?.contains(value) ?? false, "\(text(value)) is none of the values allowed", place)
        case "properties", "required", "additionalProperties":
            return object(value, keyword, content, among: keywords, at: place)
        case "items", "minItems", "maxItems", "uniqueItems":
            return array(value, keyword, content, at: place)
        case "minimum", "maximum":
            return number(value, keyword, content, at: place)
        case "minLength", "maxLength", "pattern", "format":
            return string(value, keyword, content, at: place)
        case "not":
            return verdict(!faults(in: value, by: content).isEmpty, "is what it may not be", place)
        case "$schema", "$id", "$defs", "title", "description": return []
        default: return ["\(place): nobody judges by the keyword \(keyword)"]
        }
    }

    private func verdict(_ isFine: Bool, _ fault: String, _ place: String) -> [String] {
        isFine ? [] : ["\(place): \(fault)"]
    }

    private func text(_ value: JSONValue) -> String { String(decoding: JSON.encode(value).prefix(100), as: UTF8.self) }

    /// `#/components/schemas/Film`
    func resolve(_ reference: JSONValue) -> JSONValue? {
        guard let text = reference.stringValue, text.hasPrefix("#/") else { return nil }
        return text.dropFirst(2).split(separator: "/").reduce(document) { $0?[String($1)] }
    }

    private func anyOf(_ schemas: JSONValue, _ value: JSONValue, at place: String) -> [String] {
        let verdicts = (schemas.arrayValue ?? []).map { faults(in: value, by: $0, at: place) }
        guard !verdicts.contains([]) else { return [] }
        // Of those that it is not, the one that it most nearly is says most.
        let nearest = verdicts.min { $0.count < $1.count } ?? []
        return ["\(place): is none of what it may be; most nearly: \(nearest.joined(separator: "; "))"]
    }

    private func isOfType(_ value: JSONValue, _ type: JSONValue) -> Bool {
        switch (type.stringValue, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null),
            ("integer", .integer), ("number", .integer), ("number", .double):
            true
        default: false
        }
    }
}

// MARK: - By kind

extension SchemaJudge {
    private func object(
        _ value: JSONValue, _ keyword: String, _ content: JSONValue, among keywords: JSONObject, at place: String
    ) -> [String] {
        guard let members = value.objectValue else { return [] }
        switch keyword {
        case "required":
            let missing = (content.arrayValue ?? []).compactMap(\.stringValue).filter { members[$0] == nil }
            return missing.map { "\(place): a member is missing: \($0)" }
        case "additionalProperties":
            guard content == false else { return content == true ? [] : ["\(place): it is neither true nor false"] }
            return undeclared(members, keywords["properties"]).map { "\(place): there is no member \($0)" }
        default:
            let declared = members.members.flatMap { name, member in
                content[name].map { faults(in: member, by: $0, at: place.isEmpty ? name : "\(place).\(name)") } ?? []
            }
            guard isStrict, keywords["additionalProperties"] != false else { return declared }
            return declared + undeclared(members, content).map { "\(place): the member \($0) is not declared" }
        }
    }

    private func undeclared(_ members: JSONObject, _ properties: JSONValue?) -> [String] {
        members.keys.filter { properties?[$0] == nil }
    }

    private func array(
        _ value: JSONValue, _ keyword: String, _ content: JSONValue, at place: String
    ) -> [String] {
        guard let elements = value.arrayValue else { return [] }
        let bound = content.integerValue.map(Int.init) ?? 0
        switch keyword {
        case "items":
            return elements.enumerated().flatMap { faults(in: $1, by: content, at: "\(place)[\($0)]") }
        case "minItems": return verdict(elements.count >= bound, "has fewer than \(bound) elements", place)
        case "maxItems": return verdict(elements.count <= bound, "has more than \(bound) elements", place)
        default:
            let texts = Set(elements.map { JSON.encode($0) })
            return verdict(content != true || texts.count == elements.count, "holds something twice", place)
        }
    }

    private func number(
        _ value: JSONValue, _ keyword: String, _ content: JSONValue, at place: String
    ) -> [String] {
        guard let number = value.integerValue, let bound = content.integerValue else {
            return verdict(value.doubleValue == nil, "bounds are only judged for integers", place)
        }
        return keyword == "minimum"
            ? verdict(number >= bound, "\(number) is less than \(bound)", place)
            : verdict(number <= bound, "\(number) is more than \(bound)", place)
    }

    private func string(
        _ value: JSONValue, _ keyword: String, _ content: JSONValue, at place: String
    ) -> [String] {
        if keyword == "format", content == "int64" { return [] }
        guard let text = value.stringValue else { return [] }
        let length = content.integerValue.map(Int.init) ?? 0
        switch keyword {
        case "minLength": return verdict(text.unicodeScalars.count >= length, "is shorter than \(length)", place)
        case "maxLength": return verdict(text.unicodeScalars.count <= length, "is longer than \(length)", place)
        case "format":
            guard let pattern = Self.formats[content.stringValue ?? ""] else {
                return ["\(place): nobody judges by the format \(content)"]
            }
            return verdict(Self.matches(text, pattern), "is no \(content.stringValue ?? "?")", place)
        default:
            return verdict(Self.matches(text, content.stringValue ?? ""), "does not match \(self.text(content))", place)
        }
    }

    private static let formats = [
        "uuid": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
        "date-time": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?Z$",
        "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    ]

    /// A pattern that cannot be read matches nothing.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let regex = try? Regex(pattern).matchingSemantics(.unicodeScalar) else { return false }
        return (try? regex.firstMatch(in: text)) != nil
    }
}
