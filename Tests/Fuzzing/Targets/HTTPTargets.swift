import FilmClubModel
import FoundationEssentials
import Glibc
import HTTPServer
import JOSE
import JSON
import ServiceShell

enum HTTPTargets {
    static let all = [target, range, authorization]

    /// The request target: nothing that a later reader could take for another path.
    static let target = FuzzTarget(
        "request-target", share: 120,
        seeds: [
            "/v1/films/la%20flor?x=1&y=%2F", "/", "*", "http://example.org:80/a/b?c", "/a//b", "/%2e%2e/x",
            "/a?b=c+d&&e",
        ],
        words: [
            "/", "//", "/../", "/./", "%2F", "%2e", "%00", "%", "%zz", "?", "&", "=", "+", "#", "http://", "@",
            "%C3%A9",
        ]
    ) { bytes throws(FuzzFailure) in
        let request: Request
        do throws(Problem) {
            request = try Request(.get, String(decoding: bytes, as: UTF8.self))
        } catch {
            try promise(error.status == 400, "refused with \(error.status)")
            return "refused: \(error.detail ?? "")"
        }
        for byte in request.path.utf8 {
            try promise((0x21...0x7E).contains(byte) && !"?#\\\"<>".utf8.contains(byte), "a path with the byte \(byte)")
        }
        let segments = request.path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if request.path != "*" && request.path != "/" {
            try promise(segments.first?.isEmpty == true, "a path that does not begin with a slash")
            for segment in segments.dropFirst() {
                let text = (String(segment) ?? "").lowercased()
                let plain = text.split(separator: "%2e", omittingEmptySubsequences: false).joined(separator: ".")
                try promise(!["", ".", ".."].contains(plain), "a segment that climbs or is empty")
                try promise(!text.contains("%2f") && !text.contains("%00"), "a segment with an encoded slash or NUL")
            }
        }
        for (name, value) in request.query.parameters {
            try promise(!(name + value).utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in the query")
        }
        try promise((try? Request(.get, request.path))?.path == request.path, "its path is read as another path")
        return "accepted"
    }

    private static let fileBytes = 1_000
    private static let file: String = {
        let path = FileManager.default.temporaryDirectory.appending(path: "filmclub-fuzz-\(UUID()).bin").path
        _ = FileManager.default.createFile(atPath: path, contents: Data(repeating: 7, count: fileBytes))
        atexit { try? FileManager.default.removeItem(atPath: HTTPTargets.file) }
        return path
    }()

    /// Range, If-Range and If-None-Match of a file's answer.
    static let range = FuzzTarget(
        "range", share: 20,
        seeds: ["bytes=0-99", "bytes=-5", "bytes=990-", "bytes=0-0,5-6", "bytes=999-1000", "BYTES=1-2"],
        words: ["bytes=", "-", ",", "18446744073709551616", "999", "1000", "*", "items="]
    ) { bytes throws(FuzzFailure) in
        let header = String(decoding: bytes.filter { $0 >= 0x20 }, as: UTF8.self)
        guard let opened = OpenFile(path: file) else { throw FuzzFailure("there is no file") }
        let response: Response
        do throws(Problem) {
            let request = try Request(.get, "/", headers: RequestHeaders(["Range": header, "If-None-Match": header]))
            response = try Response.file(opened, for: request, mediaType: "text/plain")
        } catch {
            try promise(error.status == 416, "refused with \(error.status)")
            return "unsatisfiable"
        }
        guard response.status == 206 else {
            try promise([200, 304].contains(response.status), "answered with \(response.status)")
            return "accepted whole, \(response.status)"
        }
        let words = (response.headers["Content-Range"] ?? "").split { " -/".contains($0) }
        guard words.count == 4, words[0] == "bytes", let first = Int(words[1]), let last = Int(words[2]) else {
            throw FuzzFailure("Content-Range cannot be read: \(response.headers["Content-Range"] ?? "")")
        }
        try promise(0 <= first && first <= last && last < fileBytes && words[3] == "1000", "a range outside the file")
        return "accepted part"
    }

    private struct Identity: Sendable {
        let authenticator: Authenticator
        let token: String

        init() throws {
            let key = try SigningKey.generate(.edDSA, keyID: "k")
            let path = FileManager.default.temporaryDirectory.appending(path: "filmclub-fuzz-\(UUID()).jwks").path
            _ = FileManager.default.createFile(
                atPath: path, contents: Data(try JWKS([key.verificationKey]).json()))
            defer { try? FileManager.default.removeItem(atPath: path) }
            authenticator = try Authenticator(
                jwksPath: path, issuer: "i", audience: "a", log: Log(to: LogRecorder()), metrics: Metrics(),
                now: { Instant(clamping: 1_790_000_000_000_000) })
            token = try key.sign(
                ["iss": "i", "aud": "a", "sub": "s", "exp": 1_790_000_300, "roles": ["viewer"]], type: "at+jwt")
        }

        static let only = try? Identity()
    }

    /// The Authorization header up to the principal.
    static let authorization = FuzzTarget(
        "authorization", share: 20, seeds: ["Bearer \(Identity.only?.token ?? "")", "bearer a.b.c", "Basic x"],
        words: ["Bearer ", "bearer", "Basic ", "=", ",", ", Bearer x", "\t", "\u{A0}"],
        make: { _ in Array("Bearer \(Identity.only?.token ?? "")".utf8) }
    ) { bytes throws(FuzzFailure) in
        guard let identity = Identity.only else { throw FuzzFailure("there is no identity") }
        let header = String(decoding: bytes, as: UTF8.self)
        do throws(Problem) {
            let request = try Request(.get, "/", headers: RequestHeaders(["Authorization": header]))
            _ = try identity.authenticator.authenticate(request)
        } catch {
            try promise(error.status == 401, "refused with \(error.status)")
            let challenge = error.headers["WWW-Authenticate"] ?? ""
            try promise(challenge.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "a challenge that is no header")
            return error.detail ?? ""
        }
        let token = header.utf8.dropFirst(6).drop { $0 == UInt8(ascii: " ") }
        try promise(token.elementsEqual(identity.token.utf8), "another token than the signed one was taken")
        try promise(header.prefix(6).lowercased() == "bearer", "another scheme was taken")
        return "accepted"
    }
}
