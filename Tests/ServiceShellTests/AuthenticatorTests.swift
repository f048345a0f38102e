import FilmClubModel
import HTTPServer
import JOSE
import JSON
import Reactor
import Testing

@testable import ServiceShell

@Suite("Authenticator")
struct AuthenticatorTests {
    private static let institution = "0190a8c4-7b2e-7c3d-8e4f-5a6b7c8d9e0f"
    private let recorder = LogRecorder()
    private let metrics = Metrics()
    private let clock = Lock<Int64>(1_800_000_000)
    private let key: SigningKey
    private let file: TemporaryFile
    private let authenticator: Authenticator

    init() throws {
        key = try SigningKey.generateES256(keyID: "one")
        file = try TemporaryFile(try Self.keySet([key]))
        let clock = clock
        authenticator = try Authenticator(
            jwksPath: file.path, issuer: "urn:test", audience: "urn:films", log: Log(to: recorder), metrics: metrics,
            now: { Instant(clamping: clock.withLock { $0 } * 1_000_000) })
    }

    private static func keySet(_ keys: [SigningKey]) throws -> String {
        String(decoding: try JWKS(keys.map(\.verificationKey)).json(), as: UTF8.self)
    }

    private func token(
        by key: SigningKey? = nil, type: String = "at+jwt", expiresIn seconds: Int64 = 600,
        _ changes: JSONObject = [:]
    ) throws -> String {
        let now = clock.withLock { $0 }
        var claims: JSONObject = [
            "iss": "urn:test", "aud": "urn:films", "sub": "person-1", "iat": .integer(now),
            "exp": .integer(now + seconds), "institution": .string(Self.institution),
            "roles": ["purchaser", "viewer", "astronaut"],
        ]
        for (name, value) in changes.members { claims[name] = value }
        return try (key ?? self.key).sign(claims, type: type)
    }

    private func request(_ authorization: String?) throws -> Request {
        guard let authorization else { return try Request(.get, "/") }
        return try Request(.get, "/", headers: RequestHeaders(["Authorization": authorization]))
    }

    private func authenticate(_ token: String) throws -> Principal {
        try authenticator.authenticate(try request("Bearer \(token)"))
    }

    private func refusal(_ authorization: String?) throws -> Problem {
        let request = try request(authorization)
        return try #require(throws: Problem.self) { try authenticator.authenticate(request) }
    }

    @Test("A good token becomes its principal; roles nobody knows are passed over")
    func accepted() throws {
        let principal = try authenticate(try token())
        #expect(principal.subject == "person-1")
        #expect(principal.institution?.text == Self.institution)
        #expect(principal.roles == [.purchaser, .viewer])
        #expect(try authenticate(try token()).institution != nil)
        #expect(!"\(principal)".contains("person-1"), "a principal in a log tells no person")
        #expect(!String(reflecting: principal).contains("person-1"))
    }

    @Test("The scheme's letters may be of either case; anything but one bearer token is refused")
    func schemes() throws {
        let token = try token()
        for scheme in ["bearer", "BEARER", "Bearer "] {
            _ = try authenticator.authenticate(try request("\(scheme) \(token)"))
        }
        // U+212A, the sign of the kelvin, is the letter K to whoever compares characters.
        let other = String(token.map { $0 == "K" ? "\u{212A}" : $0 })
        #expect(other == token && !other.utf8.elementsEqual(token.utf8), "equal to Swift, with one K in 600 letters")
        #expect(try refusal("Bearer \(other)").status == 401)
        for header in [
            "", "Bearer", "Bearer ", "Bearer  ", "Bearer =", "Bearer a=b", "Basic \(token)", token, "Bearer\(token)",
            "Bearers \(token)", "Bearer\t\(token)", "Bearer \(token) x", "Bearer \(token), Bearer x",
            "Bearer \(token)\u{212A}", "Bearer \u{0}\(token)",
        ] {
            let problem = try refusal(header)
            #expect(problem.status == 401)
            #expect(problem.type == "urn:filmclub:problem:unauthenticated")
        }
    }

    @Test("Without a token the answer is 401 and a challenge without an error")
    func noToken() throws {
        let problem = try refusal(nil)
        #expect(problem.status == 401)
        #expect(problem.type == "urn:filmclub:problem:unauthenticated")
        #expect(problem.headers["WWW-Authenticate"] == "Bearer realm=\"filmclub\"")
    }

    @Test("An expired token has a problem of its own, also while it was just now remembered as good")
    func expired() throws {
        let token = try token(expiresIn: 30)
        _ = try authenticate(token)
        clock.withLock { $0 += 91 }  // 30 seconds of life and the 60 of leeway
        let problem = try refusal("Bearer \(token)")
        #expect(problem.status == 401)
        #expect(problem.type == "urn:filmclub:problem:token-expired")
        #expect(
            problem.headers["WWW-Authenticate"]
                == "Bearer realm=\"filmclub\", error=\"invalid_token\", error_description=\"The token has expired.\"")
    }

    @Test(
        "A token of another purpose, issuer or audience, or with claims of another shape, is refused",
        arguments: [
            ("type", nil), ("iss", "urn:other"), ("aud", "urn:other"), ("institution", "17"),
            ("institution", .integer(17)),
            ("roles", "purchaser"), ("sub", .integer(1)), ("sub", .string(String(repeating: "x", count: 256))),
        ] as [(String, JSONValue?)])
    func refused(claim: String, value: JSONValue?) throws {
        let bad = try value.map { try token([claim: $0]) } ?? token(type: "stream+jwt")
        let problem = try refusal("Bearer \(bad)")
        #expect(problem.status == 401)
        #expect(problem.type == "urn:filmclub:problem:unauthenticated")
        #expect(problem.headers["WWW-Authenticate"]?.contains("error=\"invalid_token\"") == true)
    }

    @Test("A missing role is 403 and says which would do")
    func roles() throws {
        let request = try request("Bearer \(try token())")
        #expect(try authenticator.require(.selector, .purchaser, of: request).roles.contains(.purchaser))
        let problem = try #require(throws: Problem.self) { try authenticator.require(.operator, of: request) }
        #expect(problem.status == 403)
        #expect(problem.type == "urn:filmclub:problem:forbidden")
        #expect(problem.detail == "This needs the role operator.")
        #expect(problem.headers["WWW-Authenticate"]?.contains("insufficient_scope") == true)
    }

    @Test(
        "Who has no role that is known here may do nothing at all: reading needs one, too",
        arguments: [nil, [], ["astronaut"], ["PURCHASER"], [17], ["viewer "]] as [JSONValue?])
    func noKnownRole(roles: JSONValue?) throws {
        let now = clock.withLock { $0 }
        var claims: JSONObject = [
            "iss": "urn:test", "aud": "urn:films", "sub": "p", "exp": .integer(now + 60),
            "institution": .string(Self.institution),
        ]
        claims["roles"] = roles
        let request = try request("Bearer \(try key.sign(claims, type: "at+jwt"))")
        for problem in [
            try #require(throws: Problem.self) { try authenticator.authenticate(request) },
            try #require(throws: Problem.self) { try authenticator.require(.viewer, of: request) },
            try #require(throws: Problem.self) { try authenticator.requireInstitution(.viewer, of: request) },
        ] {
            #expect(problem.status == 403)
            #expect(problem.headers["WWW-Authenticate"]?.contains("insufficient_scope") == true)
        }
        #expect(metrics.text().contains("filmclub_authentications_total{outcome=\"without-role\"} 3"))
    }

    @Test("Who acts for no institution gets 403 where one is needed")
    func institutionNeeded() throws {
        let now = clock.withLock { $0 }
        let bare = try key.sign(
            ["iss": "urn:test", "aud": "urn:films", "sub": "op", "exp": .integer(now + 60), "roles": ["operator"]],
            type: "at+jwt")
        let request = try request("Bearer \(bare)")
        #expect(try authenticator.require(.operator, of: request).institution == nil)
        let problem = try #require(throws: Problem.self) {
            try authenticator.requireInstitution(.operator, of: request)
        }
        #expect(problem.status == 403)
    }

    @Test("A new key in the file is taken without a restart, and a key taken out is trusted no longer")
    func rotation() throws {
        let next = try SigningKey.generateES256(keyID: "two")
        let old = try token()
        _ = try authenticate(old)
        #expect(try refusal("Bearer \(try token(by: next))").type == "urn:filmclub:problem:unauthenticated")

        try file.write(try Self.keySet([key, next]))
        clock.withLock { $0 += KeySetFile.unknownKeyLookInterval }
        _ = try authenticate(try token(by: next))
        _ = try authenticate(old)
        #expect(recorder.lines(of: "identity.keys.read").count == 1)

        try file.write(try Self.keySet([next]))
        clock.withLock { $0 += KeySetFile.routineLookInterval }
        #expect(try refusal("Bearer \(old)").status == 401, "also what was remembered as good")
        _ = try authenticate(try token(by: next))
    }

    @Test("A key replaced under its old name is taken as well")
    func replacedKey() throws {
        let other = try SigningKey.generateES256(keyID: "one")
        try file.write(try Self.keySet([other]))
        clock.withLock { $0 += KeySetFile.unknownKeyLookInterval }
        _ = try authenticate(try token(by: other))
    }

    @Test("A flood of unknown keys looks at the file once a second at the most")
    func rateLimit() throws {
        let next = try SigningKey.generateES256(keyID: "two")
        let stranger = try token(by: next)
        clock.withLock { $0 += KeySetFile.unknownKeyLookInterval }
        _ = try refusal("Bearer \(stranger)")
        try file.write(try Self.keySet([key, next]))
        for _ in 0..<10 { _ = try refusal("Bearer \(stranger)") }
        clock.withLock { $0 += KeySetFile.unknownKeyLookInterval }
        _ = try authenticate(stranger)
    }

    @Test("A key file that became unusable leaves the old keys at work, and the log says so")
    func brokenFile() throws {
        try file.write("{\"keys\": [")
        clock.withLock { $0 += KeySetFile.routineLookInterval }
        _ = try authenticate(try token())
        #expect(recorder.lines(of: "identity.keys.unusable").count == 1)
    }

    @Test("Without a usable key file no authenticator comes into being, and the reason is a whole sentence")
    func noFile() throws {
        let empty = try TemporaryFile("{\"keys\": []}")
        for path in ["/nowhere/jwks.json", empty.path] {
            let error = try #require(throws: (any Error).self) {
                try Authenticator(
                    jwksPath: path, issuer: "i", audience: "a", log: Log(to: recorder), metrics: Metrics())
            }
            #expect("\(error)".contains(path))
        }
    }

    @Test("Outcomes are counted")
    func counted() throws {
        _ = try authenticate(try token())
        _ = try refusal(nil)
        _ = try refusal("Bearer x.y.z")
        let text = metrics.text()
        for outcome in ["accepted", "none", "malformed"] {
            #expect(text.contains("filmclub_authentications_total{outcome=\"\(outcome)\"} 1"))
        }
    }
}
