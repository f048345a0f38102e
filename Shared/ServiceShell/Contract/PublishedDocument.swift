internal import Contracts
internal import FoundationEssentials
internal import HTTPServer
internal import JOSE
internal import Reactor

/// A document that is written when somebody first asks for it, and then kept: a process that nobody asks spends nothing.
final class PublishedDocument: Sendable {
    enum MediaType: String, Sendable {
        case json = "application/json"
        case schema = "application/schema+json"
        case page = "text/html; charset=utf-8"
    }

    private let type: MediaType
    private let write: @Sendable () throws -> [UInt8]
    private let written = Lock<Response?>(nil)

    init(_ type: MediaType, write: @escaping @Sendable () throws -> [UInt8]) {
        self.type = type
        self.write = write
    }

    /// Throws only what `write` does.
    var response: Response {
        get throws {
            if let response = written.withLock({ $0 }) { return response }
            let response = Self.answer(try write(), type)
            written.withLock { $0 = response }
            return response
        }
    }

    /// Whoever has these very bytes is answered 304 by the listener.
    static func answer(_ bytes: [UInt8], _ type: MediaType) -> Response {
        var headers: ResponseHeaders = [
            "Content-Type": type.rawValue, "ETag": entityTag(bytes), "Cache-Control": "no-cache",
        ]
        if type == .page { headers[contentSecurityPolicy] = pagePolicy }
        return Response(headers: headers, body: .bytes(bytes))
    }

    /// A browser loads and runs nothing for a page, and applies the one style that is ours (CSP 3 §2.3.1).
    static let contentSecurityPolicy = "Content-Security-Policy"
    private static let pagePolicy =
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
        + Data(Hashing.sha256(Array(DocumentPage.style.utf8))).base64EncodedString() + "'"

    /// Of the first 64 bits of their digest.
    private static func entityTag(_ bytes: [UInt8]) -> String {
        let digits = Hashing.sha256(bytes).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
        }
        return "\"\(digits.joined())\""
    }
}
