/// Where a value without a key is put: the one there is, or the next of an array.
protocol ScalarSlot {
    var encoder: TreeEncoder { get }
    /// Where the next value lies.
    var trail: Trail { get }
    func put(_ element: EncodedElement)
}

extension ScalarSlot {
    func encodeNil() throws { put(.scalar(.null)) }

    func encode<T: Encodable>(_ value: T) throws {
        put(try .encoding(value, userInfo: encoder.userInfo, trail: trail))
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
