/// A value in a document, with its place: for readers that go through a large text piece by piece and say for each
/// piece what is wrong with it.
public struct JSONNode: Sendable {
    let document: JSONDocument
    let index: Int

    var record: JSONDocument.Node { document.nodes[index] }

    /// Line in the text, from 1.
    public var line: Int { position.line }
    /// Character (Unicode scalar) in the line, from 1.
    public var column: Int { position.column }
    /// For instance `films[3].title`; empty for the root.
    public var path: String { steps.description }

    public var isNull: Bool { record.kind == .null }
    public var isObject: Bool { record.kind == .object }
    public var isArray: Bool { record.kind == .array }

    /// The member of an object, or nil.
    public subscript(key: String) -> JSONNode? {
        guard record.kind == .object else { return nil }
        var place = index + 1
        for _ in 0..<record.bits {
            if document.text(place, equals: key) { return JSONNode(document: document, index: place + 1) }
            place = Int(document.nodes[place + 1].next)
        }
        return nil
    }

    /// An array's elements in order; empty for anything else.
    public var elements: [JSONNode] {
        guard record.kind == .array else { return [] }
        var found: [JSONNode] = []
        found.reserveCapacity(Int(record.bits))
        var child = index + 1
        for _ in 0..<record.bits {
            found.append(JSONNode(document: document, index: child))
            child = Int(document.nodes[child].next)
        }
        return found
    }

    /// An object's members in order; empty for anything else.
    public var members: [(key: String, node: JSONNode)] {
        guard record.kind == .object else { return [] }
        var found: [(key: String, node: JSONNode)] = []
        found.reserveCapacity(Int(record.bits))
        var key = index + 1
        for _ in 0..<record.bits {
            found.append((document.text(key), JSONNode(document: document, index: key + 1)))
            key = Int(document.nodes[key + 1].next)
        }
        return found
    }

    /// The tree from here on.
    public var value: JSONValue {
        switch record.kind {
        case .null: .null
        case .true: .bool(true)
        case .false: .bool(false)
        case .integer: .integer(Int64(bitPattern: record.bits))
        case .double: .double(Double(bitPattern: record.bits))
        case .string: .string(document.text(index))
        case .array: .array(elements.map(\.value))
        case .object: .object(JSONObject(uniqueMembers: members.map { ($0.key, $0.node.value) }))
        }
    }

    /// Reads a model from here on.
    public func decode<T: Decodable>(
        _ type: T.Type, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(JSONError) -> T {
        try TreeDecoder(node: self, userInfo: userInfo).decode(type)
    }

    /// An error at this place, for rules that only the reader knows ("this film is already in the file").
    public func refused(_ message: String) -> JSONError { error(.invalidValue, message) }
}

extension JSONNode {
    var position: (line: Int, column: Int) {
        JSONDocument.position(of: Int(record.start), in: document.bytes)
    }

    var steps: JSONPath { JSONDocument.path(to: index, nodes: document.nodes, bytes: document.bytes) }

    func error(_ kind: JSONError.Kind, _ message: String) -> JSONError {
        let (line, column) = position
        return JSONError(kind, line: line, column: column, path: steps, message)
    }

    /// The missing member stands nowhere: its object's place, its own path.
    func missing(_ key: String) -> JSONError {
        let (line, column) = position
        return JSONError(
            .missingKey, line: line, column: column, path: steps.appending(.member(key)), "a required key is missing")
    }

    func mismatch(expected: String) -> JSONError {
        error(.wrongType, "\(expected) expected, \(kindInWords) found")
    }

    var kindInWords: String {
        switch record.kind {
        case .null: "null"
        case .true, .false: "a boolean"
        case .integer: "an integer"
        case .double: "a number with fraction or exponent"
        case .string: "text"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
