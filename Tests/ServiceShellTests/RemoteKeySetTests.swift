import FilmClubModel
import HTTPServer
import JOSE
import JSON
import Reactor
import TestSupport
import Testing

@testable import ServiceShell

/// An authenticator that reads its keys from an address, with a clock that the test moves.
struct RemoteIdentity: Sendable {
    let recorder = LogRecorder()
    let metrics = Metrics()
    private let clock = Lock<Int64>(1_800_000_000)
    let authenticator: Authenticator

    init(_ address: String, authoritiesFile: String? = nil) {
        let clock = clock
        authenticator = Authenticator(
            jwksAddress: address, authoritiesFile: authoritiesFile, on: TestLoop.shared, issuer: "urn:test",
            audience: "urn:films", log: Log(to: recorder), metrics: metrics,
            now: { Instant(clamping: clock.withLock { $0 } * 1_000_000) })
    }

    func pass(seconds: Int64) { clock.withLock { $0 += seconds } }

    func token(by key: SigningKey) throws -> String {
        let now = clock.withLock { $0 }
        return try key.sign(
            [
                "iss": "urn:test", "aud": "urn:films", "sub": "p", "exp": .integer(now + 100_000), "roles": ["viewer"],
            ], type: "at+jwt")
    }

    /// The status of the answer to this token: 200 if it is taken.
    func status(_ token: String) -> Int { problem(token)?.status ?? 200 }

    func problem(_ token: String) -> Problem? {
        do throws(Problem) {
            let request = try Request(.get, "/", headers: RequestHeaders(["Authorization": "Bearer \(token)"]))
            _ = try authenticator.authenticate(request)
            return nil
        } catch { return error }
    }

    func reads(_ outcome: String) -> Bool {
        metrics.text().contains("filmclub_identity_key_reads_total{outcome=\"\(outcome)\"}")
    }
}

@Suite("Keys from an address")
struct RemoteKeySetTests {
    private let one: SigningKey
    private let two: SigningKey

    init() throws {
        one = try SigningKey.generate(.es256, keyID: "one")
        two = try SigningKey.generate(.edDSA, keyID: "two")
    }

    private func with(
        _ body: (KeyServer, RemoteIdentity) async throws -> Void
    ) async throws {
        let server = try await KeyServer.start([one])
        let identity = RemoteIdentity(server.url)
        do {
            try await eventually("the first keys are read") { identity.authenticator.hasKeys }
            try await body(server, identity)
        } catch {
            await identity.authenticator.close()
            await server.stop()
            throw error
        }
        await identity.authenticator.close()
        await server.stop()
    }

    @Test("Before the first keys are there nobody is let in, and nobody is told that his token is wrong")
    func beforeTheFirst() async throws {
        let gate = Gate()
        let server = try await KeyServer.start([one])
        let body = try JWKS([one.verificationKey]).json()
        server.serve(KeyServer.Answer(body: body, waitsForGate: gate))
        let identity = RemoteIdentity(server.url)
        let token = try identity.token(by: one)
        let problem = try #require(identity.problem(token))
        #expect(problem.status == 503)
        #expect(problem.headers["Retry-After"] == "1")
        #expect(!identity.authenticator.hasKeys)
        gate.open()
        try await eventually("the token is taken") { identity.status(token) == 200 }
        await identity.authenticator.close()
        await server.stop()
    }

    @Test(
        "A new key is taken without a restart while the old one stays good, and an old key that goes is trusted no more"
    )
    func rotation() async throws {
        try await with { server, identity in
            let (old, new) = (try identity.token(by: one), try identity.token(by: two))
            #expect(identity.status(old) == 200)
            #expect(identity.status(new) == 401, "just asked: nobody asks again for this token")
            let both = Gate()
            server.serve(
                KeyServer.Answer(body: try JWKS([one, two].map(\.verificationKey)).json(), waitsForGate: both))
            identity.pass(seconds: RemoteKeySet.unknownKeySeconds)
            #expect(identity.status(new) == 503, "the keys are being read")
            #expect(identity.status(old) == 200)
            both.open()
            try await eventually("the new key is taken") { identity.status(new) == 200 }
            #expect(identity.status(old) == 200)

            try await eventually("it is told") { identity.recorder.lines(of: "identity.keys.read").count == 2 }

            let last = Gate()
            server.serve(KeyServer.Answer(body: try JWKS([two.verificationKey]).json(), waitsForGate: last))
            identity.pass(seconds: RemoteKeySet.refreshSeconds)
            #expect(identity.status(old) == 200, "the look at the address has begun; its answer is not there yet")
            last.open()
            try await eventually("the old key is gone") { identity.status(old) == 401 }
            #expect(identity.status(new) == 200)
            try await eventually("it is told") { identity.recorder.lines(of: "identity.keys.read").count == 3 }
            #expect(!identity.recorder.lines.contains { $0.contains("tenant=secret") })
        }
    }

    @Test("A flood of unknown keys is one request in ten seconds")
    func flood() async throws {
        try await with { server, identity in
            for round in 1...3 {
                identity.pass(seconds: RemoteKeySet.unknownKeySeconds)
                for number in 0..<50 {
                    let stranger = try SigningKey.generate(.edDSA, keyID: "stranger-\(number)")
                    #expect([401, 503].contains(identity.status(try identity.token(by: stranger))))
                }
                try await eventually("the keys were read") { server.requests.count == round + 1 }
                try await eventually("nothing is under way") {
                    identity.status(try identity.token(by: two)) == 401
                }
                #expect(server.requests.count == round + 1)
            }
        }
    }

    @Test(
        "An address that answers with no key set leaves the last good keys at work, and says so",
        arguments: [
            KeyServer.Answer(status: 500), KeyServer.Answer(status: 404), KeyServer.Answer(body: Array("{".utf8)),
            KeyServer.Answer(body: Array(#"{"keys":[]}"#.utf8)), KeyServer.Answer(body: []),
            KeyServer.Answer(body: [UInt8](repeating: UInt8(ascii: " "), count: 64 * 1024 + 1)),
            KeyServer.Answer(status: 302, headers: ["Location": "/elsewhere"]), KeyServer.Answer(status: 204),
        ])
    func broken(answer: KeyServer.Answer) async throws {
        try await with { server, identity in
            let token = try identity.token(by: one)
            server.serve(answer)
            identity.pass(seconds: RemoteKeySet.refreshSeconds)
            #expect(identity.status(token) == 200)
            try await eventually("the failure is told") { identity.reads("failed") }
            #expect(identity.status(token) == 200)
            try await eventually("the log tells of it") {
                identity.recorder.lines(of: "identity.keys.unusable").count == 1
            }
            // And when it answers again, its keys are taken.
            try server.serve([one, two])
            identity.pass(seconds: RemoteKeySet.refreshSeconds)
            try await eventually("the new key is taken") {
                let status = identity.status(try identity.token(by: two))
                return status == 200
            }
        }
    }

    @Test("An address that nobody answers at leaves the last good keys at work, and says so")
    func unreachable() async throws {
        try await with { server, identity in
            let token = try identity.token(by: one)
            await server.stop()
            identity.pass(seconds: RemoteKeySet.refreshSeconds)
            #expect(identity.status(token) == 200)
            try await eventually("the failure is told") { identity.reads("failed") }
            #expect(identity.status(token) == 200)
        }
    }

    @Test("A set that has not changed is asked for with its entity tag, and nothing is read anew")
    func entityTag() async throws {
        try await with { server, identity in
            try server.serve([one], headers: ["ETag": "\"v1\"", "Cache-Control": "max-age=120"])
            identity.pass(seconds: RemoteKeySet.refreshSeconds)
            #expect(identity.status(try identity.token(by: one)) == 200)
            try await eventually("it was asked for again") { identity.reads("unchanged") }
            server.serve(KeyServer.Answer(status: 304))
            identity.pass(seconds: 120)
            #expect(identity.status(try identity.token(by: one)) == 200)
            try await eventually("it was asked for a third time") { server.requests.count == 3 }
            #expect(server.requests[2]["If-None-Match"] == "\"v1\"")
            try await eventually("304 is no failure") {
                identity.metrics.text().contains("filmclub_identity_key_reads_total{outcome=\"unchanged\"} 2")
            }
            #expect(identity.recorder.lines(of: "identity.keys.read").count == 1)
        }
    }

    @Test(
        "How long a set counts as new is the server's to say, within our bounds",
        arguments: [
            (nil, 300), ("max-age=600", 600), ("public, Max-Age=\"900\", must-revalidate", 900), ("max-age=0", 60),
            ("max-age=31536000", 3_600), ("max-age=99999999999999999999", 300), ("max-age=x", 300), ("no-store", 300),
            ("max-age=-1", 60), ("max-age", 300), ("", 300),
        ] as [(String?, Int64)])
    func refresh(header: String?, seconds: Int64) {
        #expect(RemoteKeySet.refresh(header) == seconds)
    }

    @Test(
        "Keys come from a file, over https, or over http from this machine alone",
        arguments: [
            ("/etc/keys.json", .file("/etc/keys.json")), ("keys.json", .file("keys.json")),
            ("https://id.example/keys", .address("https://id.example/keys")),
            ("http://127.0.0.1:8080/k", .address("http://127.0.0.1:8080/k")),
            ("http://localhost/k", .address("http://localhost/k")), ("http://[::1]:1/k", .address("http://[::1]:1/k")),
            ("http://id.example/keys", nil), ("http://127.0.0.1.evil.example/k", nil), ("http://127.0.0.1@evil/k", nil),
            ("https://user:secret@id.example/k", nil), ("https:///k", nil), ("https://", nil),
            ("ftp://id.example/k", nil),
            ("file:///etc/keys.json", nil), ("HTTPS://id.example/k", nil), ("https://id.example/a b", nil),
            ("https://id.example/k#x", nil), ("https://id.example/é", nil), ("", nil), ("a\nb", nil),
        ] as [(String, KeySetLocation?)])
    func location(text: String, location: KeySetLocation?) {
        #expect(KeySetLocation(text) == location)
    }
}
