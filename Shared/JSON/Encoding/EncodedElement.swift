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
    let trail: Trail

    init(_ trail: Trail) { self.trail = trail }

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
        _ value: T, userInfo: [CodingUserInfoKey: Any], trail: Trail
    ) throws(JSONError) -> EncodedElement {
        guard trail.depth < JSONLimits.depthCeiling else {
            throw failure(trail.path, "at most \(JSONLimits.depthCeiling) levels can be written")
        }
        let slot = EncodedSlot(trail)
        do {
            try value.encode(to: TreeEncoder(slot: slot, userInfo: userInfo))
        } catch let error as JSONError {
            throw error
        } catch let EncodingError.invalidValue(_, context) {
            throw failure(JSONPath(codingPath: context.codingPath), context.debugDescription)
        } catch {
            throw failure(trail.path, "\(error)")
        }
        if value is any WithoutOrder { try slot.order() }
        return .slot(slot)
    }

    static func text(_ value: String, _ trail: @autoclosure () -> Trail) throws(JSONError) -> EncodedElement {
        guard !value.utf8.contains(0) else {
            throw JSONError(.nulCharacter, path: trail().path, "U+0000 has no place in a text")
        }
        return .scalar(.string(value))
    }

    static func number(_ value: Double, _ trail: @autoclosure () -> Trail) throws(JSONError) -> EncodedElement {
        guard value.isFinite else { throw failure(trail().path, "infinity and not-a-number have no form in JSON") }
        return .scalar(.double(value))
    }

    static func integer(
        _ value: some FixedWidthInteger, _ trail: @autoclosure () -> Trail
    ) throws(JSONError) -> EncodedElement {
        guard let value = Int64(exactly: value) else {
            throw JSONError(.numberOutOfRange, path: trail().path, "an integer of at most 64 bits expected")
        }
        return .scalar(.integer(value))
    }

    private static func failure(_ path: JSONPath, _ message: String) -> JSONError {
        JSONError(.unsupported, path: path, message)
    }
}

/// A collection whose order changes from process to process.
private protocol WithoutOrder {}
extension Dictionary: WithoutOrder {}
extension Set: WithoutOrder {}

extension EncodedSlot {
    /// Members by key, elements by their bytes.
    fileprivate func order() throws(JSONError) {
        switch content {
        case .object(let members):
            content = .object(members.sorted { $0.key < $1.key })
        case .array(let elements):
            var written: [(element: EncodedElement, bytes: [UInt8])] = []
            for element in elements {
                var writer = JSONWriter(capacity: 64)
                try element.write(to: &writer)
                written.append((element, writer.bytes))
            }
            content = .array(written.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.element))
        case .nothing, .scalar:
            break
        }
    }
}

extension EncodedElement {
    func write(to writer: inout JSONWriter) throws(JSONError) {
        switch self {
        case .scalar(let value): writer.value(value)
        case .slot(let slot): try slot.write(to: &writer)
        }
    }
}

extension EncodedSlot {
    fileprivate func write(to writer: inout JSONWriter) throws(JSONError) {
        switch content {
        case .nothing:
            throw JSONError(.unsupported, path: trail.path, "a model wrote no value")
        case .scalar(let value):
            writer.value(value)
        case .array(let elements):
            writer.beginArray()
            for element in elements { try element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            try refuseDuplicates(members)
            writer.beginObject()
            for (key, element) in members {
                writer.key(key)
                try element.write(to: &writer)
            }
            writer.endObject()
        }
    }

    private func refuseDuplicates(_ members: [(key: String, element: EncodedElement)]) throws(JSONError) {
        guard members.count > 1 else { return }
        var seen = Set<String>(minimumCapacity: members.count)
        for (key, _) in members where !seen.insert(key).inserted {
            throw JSONError(.duplicateKey, path: trail.to(.member(key)).path, "the key was written twice")
        }
    }
}
