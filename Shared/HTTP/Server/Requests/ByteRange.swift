/// `Range: bytes=…` (RFC 9110 §14.1.2).
enum ByteRange: Equatable {
    /// Not a range this server serves: an unknown unit, several ranges, bad syntax. The header is ignored then, as
    /// RFC 9110 §14.2 allows: several ranges would cost a multipart answer that no player of ours asks for.
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    static func resolve(_ header: String, size: Int64) -> ByteRange {
        let unit = "bytes="
        guard ASCII.equalIgnoringCase(header.utf8.prefix(unit.utf8.count), unit.utf8) else { return .whole }
        let parts = Array(header.utf8.dropFirst(unit.utf8.count)).split(
            separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .whole }
        switch (position(parts[0]), position(parts[1])) {
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < size ? .part(first..<(min(last, size - 1) + 1)) : .unsatisfiable
        case (let first?, nil):
            guard parts[1].isEmpty else { return .whole }
            return first < size ? .part(first..<size) : .unsatisfiable
        case (nil, let suffix?):
            guard parts[0].isEmpty else { return .whole }
            return suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
        case (nil, nil): return .whole
        }
    }

    /// A position beyond what a file can have is still one: it lies behind the end.
    private static func position(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy(ASCII.isDigit) else { return nil }
        return ASCII.decimal(digits) ?? .max
    }
}
