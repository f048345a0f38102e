/// The header fields of a request, in one block of bytes: most are never read, so none becomes a string before.
public struct RequestHeaders: Sendable {
    private var bytes: [UInt8] = []
    private var fields: [Field] = []

    private struct Field {
        var name: Range<Int>
        var value: Range<Int>
    }

    init() {
        bytes.reserveCapacity(512)
        fields.reserveCapacity(16)
    }

    /// For tests of handlers that need no socket.
    public init(_ fields: KeyValuePairs<String, String>) {
        self.init()
        for (name, value) in fields { append(name: Array(name.utf8), value: Array(value.utf8)) }
    }

    mutating func append(name: some Collection<UInt8>, value: some Collection<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        fields.append(Field(name: start..<middle, value: middle..<bytes.count))
    }

    public var count: Int { fields.count }

    /// Of all names and values.
    var byteCount: Int { bytes.count }

    /// The value of a field, whatever the case of its name. The values of a repeated one are joined by ", "
    /// (RFC 9110 §5.3), so that a repeat is never overlooked.
    public subscript(name: String) -> String? {
        var joined: String?
        for field in fields where isNamed(field, name) {
            let value = String(decoding: bytes[field.value], as: UTF8.self)
            joined = joined.map { "\($0), \(value)" } ?? value
        }
        return joined
    }

    public func contains(_ name: String) -> Bool { fields.contains { isNamed($0, name) } }

    /// Whether there is a field `If-…`: most requests have none, and then nobody need look for the five.
    var hasConditions: Bool {
        fields.contains { field in
            field.name.count > 3 && bytes[field.name.lowerBound + 2] == UInt8(ascii: "-")
                && ASCII.equalIgnoringCase(bytes[field.name.prefix(2)], "if".utf8)
        }
    }

    private func isNamed(_ field: Field, _ name: String) -> Bool {
        field.name.count == name.utf8.count && ASCII.equalIgnoringCase(bytes[field.name], name.utf8)
    }

    /// Calls `body` with name and value of each field, in the order of arrival.
    func forEach<Failure: Error>(
        _ body: (ArraySlice<UInt8>, ArraySlice<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        for field in fields { try body(bytes[field.name], bytes[field.value]) }
    }
}
