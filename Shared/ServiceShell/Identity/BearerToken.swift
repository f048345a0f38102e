/// Reads `Authorization: Bearer <b64token>` (RFC 6750 section 2.1). It goes by bytes: this stands before every request.
enum BearerToken {
    private static let scheme = Array("bearer".utf8)

    /// The token; nil for another scheme, for anything but one token, and for a token of other characters than RFC 6750
    /// allows. The scheme's letters may be of either case.
    static func read(_ header: String) -> String? {
        let bytes = header.utf8
        let name = bytes.prefix(scheme.count)
        guard name.elementsEqual(scheme, by: { $0 | 0x20 == $1 }) else { return nil }
        let rest = bytes[name.endIndex...]
        let token = rest.drop { $0 == UInt8(ascii: " ") }
        guard token.startIndex != rest.startIndex, isToken(token) else { return nil }
        return String(Substring(token))
    }

    /// `1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`.
    private static func isToken(_ text: Substring.UTF8View) -> Bool {
        var letters = 0
        var isPadding = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                guard !isPadding else { return false }
                letters += 1
            case UInt8(ascii: "="): isPadding = true
            default: return false
            }
        }
        return letters > 0
    }
}
