/// An object being written.
struct KeyedSlot<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    private func put(_ element: EncodedElement, _ key: Key) { encoder.slot.append(element, key: key.stringValue) }

    private func trail(_ key: Key) -> Trail { encoder.slot.trail.to(.member(key.stringValue)) }

    func encodeNil(forKey key: Key) throws { put(.scalar(.null), key) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        put(try .encoding(value, userInfo: encoder.userInfo, trail: trail(key)), key)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        child(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        child(key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { child("super") }

    func superEncoder(forKey key: Key) -> any Encoder { child(key.stringValue) }

    private func child(_ key: String) -> TreeEncoder {
        let slot = EncodedSlot(encoder.slot.trail.to(.member(key)))
        encoder.slot.append(.slot(slot), key: key)
        return TreeEncoder(slot: slot, userInfo: encoder.userInfo)
    }

    func encode(_ value: Bool, forKey key: Key) throws { put(.scalar(.bool(value)), key) }
    func encode(_ value: String, forKey key: Key) throws { put(try .text(value, trail(key)), key) }
    func encode(_ value: Double, forKey key: Key) throws { put(try .number(value, trail(key)), key) }
    func encode(_ value: Float, forKey key: Key) throws { put(try .number(Double(value), trail(key)), key) }
    func encode(_ value: Int, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: Int8, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: Int16, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: Int32, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: Int64, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: UInt, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: UInt8, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: UInt16, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: UInt32, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
    func encode(_ value: UInt64, forKey key: Key) throws { put(try .integer(value, trail(key)), key) }
}
