/// An array being written.
struct UnkeyedSlot: UnkeyedEncodingContainer {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.slot.count }

    private func put(_ element: EncodedElement) { encoder.slot.append(element) }

    private var trail: Trail { encoder.slot.trail.to(.element(count)) }

    func encodeNil() throws { put(.scalar(.null)) }

    func encode<T: Encodable>(_ value: T) throws {
        put(try .encoding(value, userInfo: encoder.userInfo, trail: trail))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        child().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { child().unkeyedContainer() }

    func superEncoder() -> any Encoder { child() }

    private func child() -> TreeEncoder {
        let child = TreeEncoder(slot: EncodedSlot(trail), userInfo: encoder.userInfo)
        put(.slot(child.slot))
        return child
    }

    func encode(_ value: Bool) throws { put(.scalar(.bool(value))) }
    func encode(_ value: String) throws { put(try .text(value, trail)) }
    func encode(_ value: Double) throws { put(try .number(value, trail)) }
    func encode(_ value: Float) throws { put(try .number(Double(value), trail)) }
    func encode(_ value: Int) throws { put(try .integer(value, trail)) }
    func encode(_ value: Int8) throws { put(try .integer(value, trail)) }
    func encode(_ value: Int16) throws { put(try .integer(value, trail)) }
    func encode(_ value: Int32) throws { put(try .integer(value, trail)) }
    func encode(_ value: Int64) throws { put(try .integer(value, trail)) }
    func encode(_ value: UInt) throws { put(try .integer(value, trail)) }
    func encode(_ value: UInt8) throws { put(try .integer(value, trail)) }
    func encode(_ value: UInt16) throws { put(try .integer(value, trail)) }
    func encode(_ value: UInt32) throws { put(try .integer(value, trail)) }
    func encode(_ value: UInt64) throws { put(try .integer(value, trail)) }
}
