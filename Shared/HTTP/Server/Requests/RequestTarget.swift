/// The request target, parsed from what the client sent and not from what a library made of it.
///
/// Percent escapes are decoded once, segment by segment. Whatever a later reader could take for another path is
/// refused: dot segments, empty segments, an encoded slash, backslash or NUL or other control, bytes that are not UTF-8.
struct RequestTarget: Sendable, Equatable {
    /// As sent, without the query: `/v1/films/la%20flor`.
    let path: String
    /// Decoded: `["v1", "films", "la flor"]`; empty for `/`.
    let segments: [String]
    /// As sent, without the question mark.
    let query: String?

    static let segmentsMax = 32

    /// The text of a refusal is a whole phrase for the problem's `detail`.
    struct Malformed: Error, Equatable {
        let reason: String
    }

    /// Accepts the origin form, the absolute form with scheme http or https, and `*` (RFC 9112 §3.2).
    init(_ raw: String) throws(Malformed) {
        var bytes = Array(raw.utf8)[...]
        if bytes.first != ASCII.slash {
            if raw == "*" {
                (path, segments, query) = ("*", ["*"], nil)
                return
            }
            bytes = try Self.withoutAuthority(bytes)
        }
        let question = bytes.firstIndex(of: ASCII.question)
        let pathBytes = bytes[..<(question ?? bytes.endIndex)]
        guard pathBytes.allSatisfy(ASCII.path.contains) else {
            throw Malformed(reason: "The path has a character that must be percent-encoded.")
        }
        path = pathBytes.isEmpty ? "/" : String(decoding: pathBytes, as: UTF8.self)
        segments = try Self.segments(of: pathBytes)
        if let question {
            let queryBytes = bytes[(question + 1)...]
            guard queryBytes.allSatisfy(ASCII.query.contains) else {
                throw Malformed(reason: "The query has a character that must be percent-encoded.")
            }
            query = String(decoding: queryBytes, as: UTF8.self)
        } else {
            query = nil
        }
    }

    private static func withoutAuthority(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
        for scheme in ["http://", "https://"]
        where ASCII.equalIgnoringCase(bytes.prefix(scheme.utf8.count), scheme.utf8) {
            let afterScheme = bytes.dropFirst(scheme.utf8.count)
            let authority = afterScheme.prefix { $0 != ASCII.slash && $0 != ASCII.question }
            guard ASCII.isHost(authority) else { break }
            return afterScheme[authority.endIndex...]
        }
        throw Malformed(reason: "The request target is neither a path nor an http address.")
    }

    private static func segments(of path: ArraySlice<UInt8>) throws(Malformed) -> [String] {
        guard path.count > 1 else { return [] }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false) {
            guard !part.isEmpty else { throw Malformed(reason: "The path has an empty segment.") }
            guard segments.count < segmentsMax else {
                throw Malformed(reason: "The path has more than \(segmentsMax) segments.")
            }
            segments.append(try segment(part))
        }
        return segments
    }

    private static func segment(_ part: ArraySlice<UInt8>) throws(Malformed) -> String {
        guard part.contains(ASCII.percent) else {
            guard part.count > 2 || part.contains(where: { $0 != ASCII.dot }) else {
                throw Malformed(reason: "The path has a dot segment.")
            }
            // ASCII without controls: nothing else has come this far.
            return String(decoding: part, as: UTF8.self)
        }
        guard let decoded = PercentEncoding.decode(part, plusIsSpace: false) else {
            throw Malformed(reason: "The path has a malformed percent escape.")
        }
        guard !decoded.contains(where: { $0 == ASCII.slash || $0 == ASCII.backslash }) else {
            throw Malformed(reason: "The path has an encoded slash or backslash.")
        }
        guard let text = PercentEncoding.text(decoded) else {
            throw Malformed(reason: "The path has an encoded control character or is not UTF-8.")
        }
        guard text != ".", text != ".." else { throw Malformed(reason: "The path has a dot segment.") }
        return text
    }
}

/// Percent escapes of RFC 3986 §2.1, strictly.
enum PercentEncoding {
    /// Nil for a `%` that two hexadecimal digits do not follow.
    static func decode(_ encoded: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var index = encoded.startIndex
        while index < encoded.endIndex {
            let byte = encoded[index]
            if byte == ASCII.percent {
                guard encoded.endIndex - index >= 3, let high = ASCII.hexValue(encoded[index + 1]),
                    let low = ASCII.hexValue(encoded[index + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsSpace && byte == ASCII.plus ? ASCII.space : byte)
                index += 1
            }
        }
        return decoded
    }

    /// Nil for control characters (NUL above all: PostgreSQL cuts text there) and for what is not UTF-8.
    static func text(_ bytes: [UInt8]) -> String? {
        guard !bytes.contains(where: { $0 < ASCII.space || $0 == ASCII.delete }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
