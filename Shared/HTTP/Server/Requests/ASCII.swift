/// Bytes with a meaning in HTTP, and the sets its grammar is made of.
enum ASCII {
    static let tab = UInt8(ascii: "\t")
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let dot = UInt8(ascii: ".")
    static let slash = UInt8(ascii: "/")
    static let backslash = UInt8(ascii: "\\")
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
    /// `reg-name` of RFC 3986 §3.2.2 without its escapes, which no DNS name has; "_" is seen inside networks.
    static let name = ByteSet(alphanumerics + "-._~")
    /// An IPv6 address between its brackets.
    static let address = ByteSet("0123456789abcdefABCDEF:.")

    static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    /// Whether a text is `uri-host [ ":" port ]` (RFC 9110 §7.2), with a host no longer than DNS has them.
    static func isHost(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        let host: ArraySlice<UInt8>
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { return false }
            host = text[..<end].dropFirst()
            rest = text[(end + 1)...]
            guard host.count >= 2, host.allSatisfy(address.contains) else { return false }
        } else {
            host = text.prefix { $0 != UInt8(ascii: ":") }
            rest = text[host.endIndex...]
            guard !host.isEmpty, host.count <= hostBytesMax, host.allSatisfy(name.contains) else { return false }
        }
        guard !rest.isEmpty else { return true }
        guard rest.first == UInt8(ascii: ":") else { return false }
        // The port may be empty (RFC 3986 §3.2.3).
        return rest.count == 1 || decimal(rest.dropFirst()).map { $0 <= 65_535 } ?? false
    }

    static let hostBytesMax = 255

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

    /// Without spaces and tabs at either end.
    static func trimmed<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text.SubSequence {
        let isBlank = { (byte: UInt8) in byte == space || byte == tab }
        guard let last = text.lastIndex(where: { !isBlank($0) }) else { return text[text.endIndex...] }
        return text[...last].drop(while: isBlank)
    }

    /// Equality of names without regard to ASCII case.
    static func equalIgnoringCase(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var other = right.startIndex
        for byte in left {
            guard lowercased(byte) == lowercased(right[other]) else { return false }
            right.formIndex(after: &other)
        }
        return true
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
