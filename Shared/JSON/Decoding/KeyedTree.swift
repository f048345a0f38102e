/// An object, read by key.
struct KeyedTree<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: TreeDecoder
    /// Only for an object of many members, where looking through them for each key would take its square.
    private let places: [String: JSONNode]?

    private static var membersWithoutIndexMax: UInt64 { 32 }

    init(decoder: TreeDecoder) throws(JSONError) {
        guard decoder.node.isObject else { throw decoder.node.mismatch(expected: "an object") }
        self.decoder = decoder
        if decoder.node.record.bits > Self.membersWithoutIndexMax {
            places = Dictionary(uniqueKeysWithValues: decoder.node.members.map { ($0.key, $0.node) })
        } else {
            places = nil
        }
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { decoder.node.members.compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { find(key) != nil }

    private func find(_ key: Key) -> JSONNode? {
        if let places { places[key.stringValue] } else { decoder.node[key.stringValue] }
    }

    private func member(_ key: Key) throws(JSONError) -> JSONNode {
        guard let member = find(key) else { throw decoder.node.missing(key.stringValue) }
        return member
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).isNull }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try decoder.at(try member(key)).decode(type)
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        guard let member = find(key), !member.isNull else { return nil }
        return try decoder.at(member).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder.at(try member(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder.at(try member(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let member = decoder.node["super"] else { throw decoder.node.missing("super") }
        return decoder.at(member)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { decoder.at(try member(key)) }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try member(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try member(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try member(key).float() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try member(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try member(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try member(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try member(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try member(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try member(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try member(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try member(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try member(key).integer(type) }
}
