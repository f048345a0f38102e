import JSON

/// What a minor version may not do to its predecessor.
///
/// Every event ever published is read for ever, and what is written now is read by processes of the version before: so
/// the same schema is a reader's and a writer's, and nothing in it may become wider or narrower. Only members may be
/// added, and none that is required.
struct CompatibilityGate {
    let earlier: JSONValue
    let later: JSONValue

    /// Keywords for people.
    private static let remarks: Set<String> = ["$schema", "$id", "$defs", "title", "description"]
    /// Nothing here refers to itself; a schema that does is refused before it is walked for ever.
    private static let depthMax = 32

    /// Each a sentence with its place.
    var breaches: [String] { compare(earlier, later, at: "", depth: 0) }

    private func compare(_ earlier: JSONValue, _ later: JSONValue, at place: String, depth: Int) -> [String] {
        guard depth < Self.depthMax else { return ["\(place): deeper than \(Self.depthMax)"] }
        let (old, new) = (Self.whole(earlier, in: self.earlier), Self.whole(later, in: self.later))
        var breaches: [String] = []
        for keyword in Set(old.keys + new.keys).subtracting(Self.remarks).sorted() {
            let (before, after) = (old[keyword], new[keyword])
            switch keyword {
            case "properties": breaches += compareMembers(before, after, at: place, depth)
            case "required": breaches += compareRequired(before, after, at: place)
            case "items":
                breaches += compare(before ?? [:], after ?? [:], at: "\(place)[]", depth: depth + 1)
            case "anyOf":
                breaches += compareChoices(before?.arrayValue ?? [], after?.arrayValue ?? [], at: place, depth)
            default:
                if before != after { breaches.append("\(place): \(keyword) was \(text(before)) and is \(text(after))") }
            }
        }
        return breaches
    }

    private func compareMembers(
        _ before: JSONValue?, _ after: JSONValue?, at place: String, _ depth: Int
    ) -> [String] {
        (before?.objectValue?.members ?? []).flatMap { name, schema -> [String] in
            let inner = place.isEmpty ? name : "\(place).\(name)"
            guard let successor = after?[name] else { return ["\(inner): was taken away"] }
            return compare(schema, successor, at: inner, depth: depth + 1)
        }
    }

    private func compareRequired(_ before: JSONValue?, _ after: JSONValue?, at place: String) -> [String] {
        let names = { (list: JSONValue?) in Set((list?.arrayValue ?? []).compactMap(\.stringValue)) }
        let (old, new) = (names(before), names(after))
        return new.subtracting(old).sorted().map { "\(place): \($0) is required, and was not" }
            + old.subtracting(new).sorted().map { "\(place): \($0) was required, and is not" }
    }

    private func compareChoices(
        _ before: [JSONValue], _ after: [JSONValue], at place: String, _ depth: Int
    ) -> [String] {
        guard before.count == after.count else {
            return ["\(place): had \(before.count) choices and has \(after.count)"]
        }
        return zip(before, after).enumerated().flatMap { index, pair in
            compare(pair.0, pair.1, at: "\(place)|\(index)", depth: depth + 1)
        }
    }

    /// With what it refers to put in the reference's place.
    private static func whole(_ schema: JSONValue, in document: JSONValue) -> JSONObject {
        guard let members = schema.objectValue else { return ["boolean": schema] }
        guard let reference = members["$ref"], let name = reference.stringValue?.split(separator: "/").last else {
            return members
        }
        var whole = Self.whole(document["$defs"]?[String(name)] ?? ["missing": reference], in: document)
        for (keyword, content) in members.members where keyword != "$ref" { whole[keyword] = content }
        return whole
    }

    private func text(_ value: JSONValue?) -> String {
        value.map { String(decoding: JSON.encode($0), as: UTF8.self) } ?? "nothing"
    }
}
