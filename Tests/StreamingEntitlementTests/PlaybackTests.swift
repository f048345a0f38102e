import FilmClubModel
import JSON
import StreamingEntitlementDomain
import Testing

struct PlaybackTests {
    static func request(at second: Int64) throws -> SessionRequest {
        SessionRequest(
            sessionId: Sample.id(9), institutionId: Sample.id(4), territory: try Territory("US"),
            asset: AssetPath("short-film"), liveSessions: 0, now: Sample.second(second))
    }

    @Test("A session lasts six hours, and never beyond its window")
    func lifetime() throws {
        let entitlement = try Sample.entitlement()
        let session = try entitlement.openSession(try Self.request(at: 10))
        #expect(session.expiresAt == Sample.second(10 + 6 * 3600))
        #expect(session.entitlementId == entitlement.id && session.filmId == entitlement.filmId)
        let late = try Sample.entitlement(seconds: 3600).openSession(try Self.request(at: 10))
        #expect(late.expiresAt == Sample.second(3600))
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        var state = EntitlementState.granted
        var at: Int64 = 10
        var institution: UInt64 = 4
        var territory = "US"
        var asset: String? = "short-film"
        var live = 0
        let refusal: PlaybackRefusal
        let reason: String
        let status: Int

        var testDescription: String { reason }
    }

    static let refused: [Refused] = [
        Refused(institution: 5, refusal: .unknownEntitlement, reason: "unknown_entitlement", status: 404),
        // Another institution learns nothing, not even that it was revoked.
        Refused(
            state: .revoked, institution: 5, refusal: .unknownEntitlement, reason: "unknown_entitlement", status: 404),
        Refused(state: .revoked, refusal: .revoked, reason: "revoked", status: 403),
        Refused(state: .revoked, at: -1, refusal: .revoked, reason: "revoked", status: 403),
        Refused(state: .suspended, refusal: .suspendedUnpaid, reason: "suspended_unpaid", status: 403),
        Refused(
            at: -1, refusal: .windowNotOpen(opensAt: Sample.second(0)), reason: "window_not_open", status: 403),
        Refused(
            at: 604_800, refusal: .windowClosed(closedAt: Sample.second(604_800)), reason: "window_closed", status: 403),
        Refused(asset: nil, refusal: .notPlayable, reason: "film_not_playable", status: 409),
        Refused(live: 2, refusal: .tooManySessions(max: 2), reason: "too_many_sessions", status: 429),
        Refused(live: .max, refusal: .tooManySessions(max: 2), reason: "too_many_sessions", status: 429),
    ]

    @Test("A session that may not begin is refused with its reason", arguments: refused)
    func refuses(_ example: Refused) throws {
        let entitlement = try Sample.entitlement(state: example.state, caps: Caps(concurrentSessionsMax: 2))
        var request = try Self.request(at: example.at)
        request.institutionId = Sample.id(example.institution)
        request.asset = example.asset.flatMap { AssetPath($0) }
        request.liveSessions = example.live
        #expect(throws: example.refusal) { try entitlement.openSession(request) }
        #expect(example.refusal.reason == example.reason)
        #expect(example.refusal.status == example.status)
        #expect(example.refusal.sentence.hasSuffix("."))
    }

    @Test("Outside the licensed territory the answer is 451; an unknown place is not held against the viewer")
    func territory() throws {
        let entitlement = try Sample.entitlement()
        var request = try Self.request(at: 10)
        request.territory = try Territory("FR")
        let refusal = PlaybackRefusal.territory(try Territory("FR"))
        #expect(throws: refusal) { try entitlement.openSession(request) }
        #expect(refusal.status == 451 && refusal.reason == "territory_not_licensed")
        request.territory = nil
        #expect(throws: Never.self) { try entitlement.openSession(request) }
    }

    @Test("Below the cap one more session may begin")
    func cap() throws {
        var request = try Self.request(at: 10)
        request.liveSessions = 1
        let entitlement = try Sample.entitlement(caps: Caps(concurrentSessionsMax: 2))
        #expect(throws: Never.self) { try entitlement.openSession(request) }
    }
}

struct StreamTokenClaimsTests {
    static func claims(expiresAt: Instant = Sample.second(60)) throws -> StreamTokenClaims {
        StreamTokenClaims(
            sessionId: Sample.id(9), entitlementId: Sample.id(1), filmId: Sample.id(5),
            asset: try #require(AssetPath("short-film")), issuedAt: Sample.second(0), expiresAt: expiresAt)
    }

    @Test("Claims are a JWT claims set and survive the way")
    func wire() throws {
        let claims = try Self.claims()
        let bytes = try JSON.encode(claims)
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                {"iss":"urn:filmclub:streaming-entitlement","aud":"urn:filmclub:play","sub":"\(claims.sessionId)",\
                "ent":"\(claims.entitlementId)","film":"\(claims.filmId)","path":"short-film",\
                "iat":1800000000,"exp":1800000060}
                """)
        #expect(try JSON.decode(StreamTokenClaims.self, from: bytes) == claims)
    }

    @Test("A token ends on the whole second before its session does, and is dead at that instant")
    func expiry() throws {
        let end = Instant(clamping: Sample.second(60).microsecondsSince1970 + 999_999)
        let claims = try Self.claims(expiresAt: end)
        #expect(claims.expiresAt == Sample.second(60))
        #expect(claims.isLive(at: Sample.second(59)))
        #expect(!claims.isLive(at: Sample.second(60)))
    }

    @Test("Numbers and paths from outside are checked", arguments: ["9223372036854775807", "-9223372036854775808"])
    func hostile(seconds: String) throws {
        let id = Sample.id(1, EntitlementID.self)
        func token(_ path: String) -> [UInt8] {
            Array(
                #"{"sub":"\#(id)","ent":"\#(id)","film":"\#(id)","path":"\#(path)","iat":\#(seconds),"exp":\#(seconds)}"#
                    .utf8)
        }
        let claims = try JSON.decode(StreamTokenClaims.self, from: token("a"))
        #expect(claims.isLive(at: Sample.second(0)) == (seconds.first != "-"))
        #expect(throws: JSONError.self) { try JSON.decode(StreamTokenClaims.self, from: token("../a")) }
    }

    @Test("A good token opens nothing once its entitlement or session is struck off, or its time is over")
    func revocations() throws {
        let claims = try Self.claims()
        let now = Sample.second(30)
        var revocations = Revocations(readAt: Sample.second(0))
        #expect(revocations.refusal(of: claims, at: now) == nil)
        #expect(revocations.refusal(of: claims, at: Sample.second(60)) == .sessionGone)
        revocations.endedSessions = [claims.sessionId]
        #expect(revocations.refusal(of: claims, at: now) == .sessionGone)
        revocations.suspended = [claims.entitlementId]
        #expect(revocations.refusal(of: claims, at: now) == .suspendedUnpaid)
        revocations.revoked = [claims.entitlementId]
        #expect(revocations.refusal(of: claims, at: now) == .revoked)
    }

    @Test("A set of revocations older than 30 s decides nothing")
    func stale() {
        let revocations = Revocations(readAt: Sample.second(0))
        #expect(!revocations.isStale(at: Sample.second(30)))
        #expect(revocations.isStale(at: Sample.second(31)))
    }
}
