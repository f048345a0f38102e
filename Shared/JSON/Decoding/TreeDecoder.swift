/// Swift's `Decoder` over a document. Every error it lets out is a `JSONError` with its place.
struct TreeDecoder: Decoder {
    let node: JSONNode
    let userInfo: [CodingUserInfoKey: Any]

    var codingPath: [any CodingKey] { node.steps.codingPath }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedTree(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try UnkeyedTree(decoder: self) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleTree(decoder: self) }

    func at(_ node: JSONNode) -> TreeDecoder { TreeDecoder(node: node, userInfo: userInfo) }

    func decode<T: Decodable>(_ type: T.Type) throws(JSONError) -> T {
        do {
            if T.self == JSONValue.self, let tree = node.value as? T { return tree }
            return try T(from: self)
        } catch let error as JSONError {
            throw error
        } catch let error as DecodingError {
            throw placed(error)
        } catch {
            throw node.error(.invalidValue, "\(error)")
        }
    }

    /// What a model's own `init(from:)` threw, at the place that its coding path names.
    private func placed(_ error: DecodingError) -> JSONError {
        switch error {
        case .dataCorrupted(let context):
            return place(context).error(.invalidValue, context.debugDescription)
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return place(context).error(.wrongType, context.debugDescription)
        case .keyNotFound(let key, let context):
            return place(context).missing(key.stringValue)
        @unknown default:
            return node.error(.invalidValue, "\(error)")
        }
    }

    private func place(_ context: DecodingError.Context) -> JSONNode {
        var place = node
        for key in context.codingPath.dropFirst(node.steps.steps.count) {
            if let member = place[key.stringValue] {
                place = member
            } else if let index = key.intValue, place.isArray, place.elements.indices.contains(index) {
                place = place.elements[index]
            } else {
                break
            }
        }
        return place
    }
}

/// What a leaf of the tree is as a Swift value.
extension JSONNode {
    func bool() throws(JSONError) -> Bool {
        switch record.kind {
        case .true: return true
        case .false: return false
        default: throw mismatch(expected: "a boolean")
        }
    }

    func string() throws(JSONError) -> String {
        guard record.kind == .string else { throw mismatch(expected: "text") }
        return document.text(index)
    }

    func integer<I: FixedWidthInteger>(_ type: I.Type) throws(JSONError) -> I {
        guard record.kind == .integer else { throw mismatch(expected: "an integer") }
        guard let value = I(exactly: Int64(bitPattern: record.bits)) else {
            throw error(.numberOutOfRange, "an integer from \(I.min) to \(I.max) expected")
        }
        return value
    }

    func double() throws(JSONError) -> Double {
        switch record.kind {
        case .double: return Double(bitPattern: record.bits)
        case .integer:
            guard let value = Double(exactly: Int64(bitPattern: record.bits)) else {
                throw error(.numberOutOfRange, "a number that a double holds exactly expected")
            }
            return value
        default: throw mismatch(expected: "a number")
        }
    }

    func float() throws(JSONError) -> Float {
        let value = Float(try double())
        guard value.isFinite else { throw error(.numberOutOfRange, "a number that a float can hold expected") }
        return value
    }
}
