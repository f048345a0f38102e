/// Strikes secrets out of text on its way to the log: signed tokens wherever they stand (a play address has one in
/// its path), passwords in URLs and connection strings. Keeps text within a bound.
enum LogRedaction {
    static let textCharactersMax = 2_048

    static func clean(_ text: String) -> String {
        var text = text
        if text.utf8.count > textCharactersMax, text.count > textCharactersMax {
            text = text.prefix(textCharactersMax) + "…"
        }
        // The common case costs one pass: text without any of the three marks stays as it is.
        if contains("eyJ", in: text) { text = strikeTokens(text) }
        if contains("://", in: text) { text = strikeUserInfo(text) }
        if contains("password=", in: text) { text = strikePassword(text) }
        return text
    }

    /// A JWS in compact form begins with the base64url of `{"`.
    private static func strikeTokens(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let start = range(of: "eyJ", in: rest)?.lowerBound {
            let token = rest[start...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            result += rest[..<start]
            result += token.contains(".") ? Configuration.redaction : String(token)
            rest = rest[token.endIndex...]
        }
        return result + rest
    }

    /// `scheme://user:password@host` becomes `scheme://•••@host`.
    private static func strikeUserInfo(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let mark = range(of: "://", in: rest) {
            result += rest[..<mark.upperBound]
            rest = rest[mark.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != " " && $0 != "?" && $0 != "\"" }
            if let at = authority.lastIndex(of: "@") {
                result += Configuration.redaction
                rest = rest[at...]
            }
        }
        return result + rest
    }

    /// `password=…` of a connection string, bare or quoted.
    private static func strikePassword(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let mark = range(of: "password=", in: rest) {
            result += rest[..<mark.upperBound]
            result += Configuration.redaction
            rest = rest[mark.upperBound...]
            if rest.first == "'" {
                rest = rest.dropFirst().drop { $0 != "'" }.dropFirst()
            } else {
                rest = rest.drop { $0 != " " && $0 != "&" }
            }
        }
        return result + rest
    }

    private static func contains(_ needle: String, in text: String) -> Bool { range(of: needle, in: text[...]) != nil }

    private static func range(of needle: String, in text: Substring) -> Range<String.Index>? {
        let bytes = text.utf8
        let wanted = Array(needle.utf8)
        var start = bytes.startIndex
        while let candidate = bytes[start...].firstIndex(of: wanted[0]) {
            if bytes[candidate...].starts(with: wanted) {
                return candidate..<bytes.index(candidate, offsetBy: wanted.count)
            }
            start = bytes.index(after: candidate)
        }
        return nil
    }
}
