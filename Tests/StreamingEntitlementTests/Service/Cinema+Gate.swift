import FilmClubModel
import HTTPServer
import JOSE
import JSON
import ServiceTestSupport
import StreamingEntitlementDomain
import Testing

@testable import StreamingEntitlementService

extension Cinema {
    /// What a stream token says, to be spoilt one claim at a time.
    struct TokenDraft {
        var asset = "short-film"
        var type = "stream+jwt"
        var issuer = StreamTokenClaims.issuer
        var audience = StreamTokenClaims.audience
        var endsInSeconds: Int64 = 600
        var key: SigningKey
    }

    func streamToken(_ change: (inout TokenDraft) throws -> Void = { _ in }) throws -> String {
        var draft = TokenDraft(key: streamKey)
        try change(&draft)
        let end = Instant.now().secondsSince1970 + draft.endsInSeconds
        return try draft.key.sign(
            [
                "iss": .string(draft.issuer), "aud": .string(draft.audience),
                "sub": .string(Sample.id(1, SessionID.self).text),
                "ent": .string(Sample.id(2, EntitlementID.self).text),
                "film": .string(Sample.id(3, FilmID.self).text), "path": .string(draft.asset),
                "iat": .integer(end - 700), "exp": .integer(end),
            ], type: draft.type)
    }

    /// Of a request whose target goes out exactly as it stands here; a client would tidy it up.
    func status(_ target: String) async throws -> Int {
        do throws(Problem) {
            return await service.router.respond(to: try Request(.get, target)).status
        } catch {
            return error.status
        }
    }

    /// Everything that a playlist names, from the master playlist on, by its path.
    func crawl(_ folder: String) async throws -> [String: Answer] {
        var found: [String: Answer] = [:]
        var waiting = ["master.m3u8"]
        while let path = waiting.popLast() {
            guard found[path] == nil else { continue }
            let answer = try await send("GET", folder + path)
            try #require(answer.status == 200, "\(path)")
            found[path] = answer
            guard path.hasSuffix(".m3u8") else { continue }
            let parent = path.split(separator: "/").dropLast().map { $0 + "/" }.joined()
            waiting += answer.text.split(separator: "\n").compactMap(Self.reference).map { parent + $0 }
        }
        return found
    }

    private static func reference(_ line: Substring) -> String? {
        guard line.hasPrefix("#") else { return String(line) }
        guard let start = String(line).firstRange(of: "URI=\"")?.upperBound else { return nil }
        return String(String(line)[start...].prefix { $0 != "\"" })
    }
}
