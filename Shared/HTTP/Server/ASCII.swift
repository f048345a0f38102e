/// Bytes with a meaning in HTTP, and the sets its grammar is made of.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let slash = UInt8(ascii: "/")
    static let percent = UInt8(ascii: "%")
    static let plus = UInt8(ascii: "+")
    static let question = UInt8(ascii: "?")
    static let ampersand = UInt8(ascii: "&")
    static let equals = UInt8(ascii: "=")
    static let zero = UInt8(ascii: "0")
    static let delete: UInt8 = 0x7F

    static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    /// `tchar` of RFC 9110 §5.6.2: what header names and methods are made of.
    static let token = ByteSet(alphanumerics + "!#$%&'*+-.^_`|~")
    /// `pchar` and "/" of RFC 3986 §3.3, with "%" that opens an escape.
    static let path = ByteSet(alphanumerics + "-._~!$&'()*+,;=:@/%")
    /// `query` of RFC 3986 §3.4.
    static let query = ByteSet(alphanumerics + "-._~!$&'()*+,;=:@/%?")
    /// `uri-host [ ":" port ]` of RFC 9110 §7.2.
    static let host = ByteSet(alphanumerics + "-._~:[]%")

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - zero
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Decimal digits only: no sign, no blank, nothing above `Int64.max`.
    static func decimal(_ text: some Collection<UInt8>) -> Int64? {
        guard !text.isEmpty, text.count <= 18, text.allSatisfy(isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int64($1 - zero) }
    }

    /// Equality of names without regard to ASCII case.
    static func equalIgnoringCase(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowercased($0) == lowercased($1) }
    }
}

/// A set of ASCII bytes, asked in two instructions.
struct ByteSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ members: String) {
        for byte in members.utf8 {
            precondition(byte < 128, "a byte set holds ASCII")
            if byte < 64 { low |= 1 << byte } else { high |= 1 << (byte - 64) }
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        if byte < 64 { return low & (1 << byte) != 0 }
        return byte < 128 && high & (1 << (byte - 64)) != 0
    }
}
