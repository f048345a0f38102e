/// What was written so far: a leaf, or a place that still fills.
enum EncodedElement {
    case scalar(JSONValue)
    case slot(EncodedSlot)

    var content: EncodedSlot.Content {
        switch self {
        case .scalar(let value): .scalar(value)
        case .slot(let slot): slot.content
        }
    }
}

/// An object, array or leaf in the making.
final class EncodedSlot {
    enum Content {
        case nothing
        case scalar(JSONValue)
        case array([EncodedElement])
        case object([(key: String, element: EncodedElement)])
    }

    var content: Content = .nothing

    var count: Int {
        if case .array(let elements) = content { elements.count } else { 0 }
    }

    /// A second container of the same value goes on in the first.
    func becomeObject() {
        if case .object = content { return }
        content = .object([])
    }

    func becomeArray() {
        if case .array = content { return }
        content = .array([])
    }

    func append(_ element: EncodedElement, key: String) {
        guard case .object(var members) = content else { return }
        content = .nothing  // so that the members are not copied
        members.append((key, element))
        content = .object(members)
    }

    func append(_ element: EncodedElement) {
        guard case .array(var elements) = content else { return }
        content = .nothing
        elements.append(element)
        content = .array(elements)
    }
}

extension EncodedElement {
    static func encoding<T: Encodable>(
        _ value: T, userInfo: [CodingUserInfoKey: Any], path: [any CodingKey]
    ) throws(JSONError) -> EncodedElement {
        if let tree = value as? JSONValue { return .scalar(tree) }
        guard path.count < JSONLimits.depthCeiling else {
            throw failure(path, "at most \(JSONLimits.depthCeiling) levels can be written")
        }
        let slot = EncodedSlot()
        do {
            try value.encode(to: TreeEncoder(slot: slot, userInfo: userInfo, codingPath: path))
        } catch let error as JSONError {
            throw error
        } catch let EncodingError.invalidValue(_, context) {
            throw failure(context.codingPath, context.debugDescription)
        } catch {
            throw failure(path, "\(error)")
        }
        if value is any WithoutOrder { try slot.order(path) }
        return .slot(slot)
    }

    static func text(_ value: String, _ path: [any CodingKey]) throws(JSONError) -> EncodedElement {
        guard !value.utf8.contains(0) else {
            throw JSONError(.nulCharacter, path: JSONPath(codingPath: path), "U+0000 has no place in a text")
        }
        return .scalar(.string(value))
    }

    static func number(_ value: Double, _ path: [any CodingKey]) throws(JSONError) -> EncodedElement {
        guard value.isFinite else { throw failure(path, "infinity and not-a-number have no form in JSON") }
        return .scalar(.double(value))
    }

    static func integer(_ value: some FixedWidthInteger, _ path: [any CodingKey]) throws(JSONError) -> EncodedElement {
        guard let value = Int64(exactly: value) else {
            throw JSONError(
                .numberOutOfRange, path: JSONPath(codingPath: path), "an integer of at most 64 bits expected")
        }
        return .scalar(.integer(value))
    }

    private static func failure(_ path: [any CodingKey], _ message: String) -> JSONError {
        JSONError(.unsupported, path: JSONPath(codingPath: path), message)
    }
}

/// A collection whose order changes from process to process.
private protocol WithoutOrder {}
extension Dictionary: WithoutOrder {}
extension Set: WithoutOrder {}

extension EncodedSlot {
    /// Members by key, elements by their bytes.
    fileprivate func order(_ path: [any CodingKey]) throws(JSONError) {
        switch content {
        case .object(let members):
            content = .object(members.sorted { $0.key < $1.key })
        case .array(let elements):
            var written: [(element: EncodedElement, bytes: [UInt8])] = []
            for element in elements {
                var writer = JSONWriter(capacity: 64)
                try element.write(to: &writer, path)
                written.append((element, writer.bytes))
            }
            content = .array(written.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.element))
        case .nothing, .scalar:
            break
        }
    }
}

extension EncodedElement {
    func write(to writer: inout JSONWriter, _ path: [any CodingKey]) throws(JSONError) {
        switch content {
        case .nothing:
            throw JSONError(.unsupported, path: JSONPath(codingPath: path), "a model wrote no value")
        case .scalar(let value):
            writer.value(value)
        case .array(let elements):
            writer.beginArray()
            for (index, element) in elements.enumerated() { try element.write(to: &writer, path + [IndexKey(index)]) }
            writer.endArray()
        case .object(let members):
            try Self.refuseDuplicates(members, path)
            writer.beginObject()
            for (key, element) in members {
                writer.key(key)
                try element.write(to: &writer, path + [NameKey(key)])
            }
            writer.endObject()
        }
    }

    private static func refuseDuplicates(
        _ members: [(key: String, element: EncodedElement)], _ path: [any CodingKey]
    ) throws(JSONError) {
        var seen = Set<String>(minimumCapacity: members.count)
        for (key, _) in members where !seen.insert(key).inserted {
            throw JSONError(
                .duplicateKey, path: JSONPath(codingPath: path).appending(.member(key)), "the key was written twice")
        }
    }
}
