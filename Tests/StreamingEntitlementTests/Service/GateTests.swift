import FilmClubModel
import HTTPClient
import HTTPServer
import JOSE
import JSON
import Postgres
import Reactor
import ServiceShell
import ServiceTestSupport
import StreamingEntitlementDomain
import TestSupport
import Testing

@testable import StreamingEntitlementService

@Suite("The playback gate")
struct GateTests {
    @Test(
        "A player finds everything from the master playlist on, each with its type, and nothing opens without a token")
    func everything() async throws {
        try await Cinema.with { cinema in
            let (_, folder) = try await cinema.playing()
            let found = try await cinema.crawl(folder)
            #expect(Set(found.keys) == Set(try ShortFilmTests.load().paths.map(\.description)))
            for (path, answer) in found {
                let type = try #require(answer.headers["Content-Type"])
                switch path.split(separator: ".").last {
                case "m3u8": #expect(type == "application/vnd.apple.mpegurl")
                case "vtt":
                    #expect(type == "text/vtt; charset=utf-8")
                    #expect(answer.text.hasPrefix("WEBVTT\nX-TIMESTAMP-MAP="))
                default:
                    #expect(type == (path.hasPrefix("audio") ? "audio/mp4" : "video/mp4"))
                    #expect(answer.bytes == (try ShortFilmTests.read(path)))
                }
                #expect(answer.headers["Cache-Control"]?.hasPrefix("private") == true)
                for token in ["x", "a.b.c"] {
                    #expect(try await cinema.send("GET", "/v1/play/\(token)/\(path)").status == 401, "\(path)")
                }
            }
            let master = try #require(found["master.m3u8"]).text
            #expect(master.contains(#"LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES"#))
            let bare = try await cinema.send("GET", "/v1/play/master.m3u8")
            #expect(bare.status == 401 && bare.headers["WWW-Authenticate"] != nil)
        }
    }

    @Test("HEAD answers like GET without a body; Range sends a part of a segment")
    func headAndRange() async throws {
        try await Cinema.with { cinema in
            let (_, folder) = try await cinema.playing()
            let path = try #require(try ShortFilmTests.load().storedFiles.first { $0.description.hasSuffix(".m4s") })
            let bytes = try ShortFilmTests.read(path.description)
            for name in [path.description, "master.m3u8", "subtitles/en/000.vtt"] {
                let whole = try await cinema.send("GET", folder + name)
                let head = try await cinema.send("HEAD", folder + name)
                #expect(head.status == 200 && head.bytes.isEmpty)
                #expect(head.headers["Content-Length"] == "\(whole.bytes.count)")
                #expect(head.headers["Content-Type"] == whole.headers["Content-Type"])
            }
            let part = try await cinema.send("GET", folder + path.description, headers: [("Range", "bytes=10-19")])
            #expect(part.status == 206 && part.bytes == Array(bytes[10..<20]))
            #expect(part.headers["Content-Range"] == "bytes 10-19/\(bytes.count)")
            let beyond = try await cinema.send(
                "GET", folder + path.description, headers: [("Range", "bytes=\(bytes.count)-")])
            #expect(beyond.status == 416)
            #expect(try await cinema.send("HEAD", "/v1/play/a.b.c/\(path)").status == 401)
            #expect(
                try await cinema.send("GET", "/v1/play/a.b.c/\(path)", headers: [("Range", "bytes=0-1")]).status == 401)
            #expect(try await cinema.send("POST", folder + "master.m3u8").status == 405)
        }
    }

    private static let tricks = [
        "../master.m3u8", "%2e%2e/short-film/master.m3u8", "subtitles/../master.m3u8", "subtitles%2fen%2f000.vtt",
        "master.m3u8%00", "%00", "subtitles//en/000.vtt", "/master.m3u8", "master.m3u8/", "./master.m3u8",
        "%2e/master.m3u8", "..%2f..%2fetc/passwd", "..%5c..%5cetc", "MASTER.M3U8", "master.m3u8%20", "asset.json",
        "subtitles/en.vtt", "master.m3u8;x", "%c0%ae%c0%ae/x", "subtitles/en/999.vtt", "%zz", "subtitles",
    ]

    @Test("A path that is not exactly one of the asset's opens nothing")
    func paths() async throws {
        try await Cinema.with { cinema in
            let token = try cinema.streamToken()
            #expect(try await cinema.status("/v1/play/\(token)/master.m3u8") == 200)
            // An escape of a letter that needs none is the same path.
            #expect(try await cinema.status("/v1/play/\(token)/m%61ster.m3u8") == 200)
            for trick in Self.tricks {
                let status = try await cinema.status("/v1/play/\(token)/\(trick)")
                #expect(status == 400 || status == 404, "\(trick): \(status)")
            }
        }
    }

    @Test("Only a stream token of ours, whole and in its time, opens anything")
    func tokens() async throws {
        try await Cinema.with { cinema in
            let good = try cinema.streamToken()
            #expect(try await cinema.status("/v1/play/\(good)/master.m3u8") == 200)
            let parts = good.split(separator: ".").map(String.init)
            let other = try cinema.streamToken { $0.asset = "other" }.split(separator: ".").map(String.init)
            let bad = [
                "tampered": "\(parts[0]).\(other[1]).\(parts[2])",
                "cut": "\(parts[0]).\(parts[1])",
                "expired": try cinema.streamToken { $0.endsInSeconds = -1 },
                "expired long ago": try cinema.streamToken { $0.endsInSeconds = -100_000 },
                "access token": try cinema.token([.viewer, .operator], of: cinema.school),
                "access token by our key": try cinema.ground.identity.token(
                    [.viewer], of: nil, signedBy: cinema.streamKey),
                "another type": try cinema.streamToken { $0.type = "at+jwt" },
                "another key of that name": try cinema.streamToken {
                    $0.key = try SigningKey.generateES256(keyID: "stream")
                },
                "another issuer": try cinema.streamToken { $0.issuer = "urn:other" },
                "another audience": try cinema.streamToken { $0.audience = "urn:other" },
                "a folder that climbs": try cinema.streamToken { $0.asset = "../short-film" },
            ]
            for (what, token) in bad {
                let answer = try await cinema.send("GET", "/v1/play/\(token)/master.m3u8")
                #expect(answer.status == 401, "\(what)")
                #expect(answer.headers["WWW-Authenticate"] != nil && answer.problem != nil, "\(what)")
                #expect(!answer.text.contains(token) && !answer.text.contains("eyJ"))
            }
            #expect(
                try await cinema.send("GET", "/v1/play/\(bad["expired"] ?? "")/master.m3u8").problem == "token-expired")
            #expect(try await cinema.status("/v1/play/\(other.joined(separator: "."))/master.m3u8") == 404)
            // And the other way round: it is no access token.
            #expect(try await cinema.send("GET", "/v1/entitlements?orderId=\(good)", token: good).status == 401)
            #expect(!cinema.log.lines.contains { $0.contains("eyJ") }, "no token in the log")
        }
    }

    @Test("A segment costs no look at the database: one that is away does not stop the film")
    func withoutDatabase() async throws {
        try await Cinema.with { cinema in
            let (_, folder) = try await cinema.playing()
            await cinema.pool.close()
            for path in try ShortFilmTests.load().paths {
                #expect(try await cinema.send("GET", folder + path.description).status == 200)
            }
        }
    }

    @Test("After a revocation new sessions fail at once, and running ones as soon as the gate has heard of it")
    func revocation() async throws {
        try await Cinema.with { cinema in
            let order = try cinema.order()
            let (id, folder) = try await cinema.playing(order)
            #expect(try await cinema.send("GET", folder + "subtitles/en/000.vtt").status == 200)
            try await cinema.hear(
                OrderRefunded(
                    orderId: order.orderId, institutionId: order.institutionId,
                    amount: Money(minorUnits: 1, currency: try Currency("USD")), reason: "test"))
            let refused = try await cinema.open(id)
            #expect(refused.status == 403 && refused.reason == "revoked")
            try await eventually("the gate refuses") {
                let answer = try await cinema.send("GET", folder + "subtitles/en/000.vtt")
                return answer.status == 403 && answer.reason == "revoked"
            }
        }
    }

    @Test("A session that was ended is gone")
    func ended() async throws {
        try await Cinema.with { cinema in
            let (_, folder) = try await cinema.playing()
            _ = try await cinema.pool.unit(["UPDATE sessions SET ended_at = now()", RevocationStore.notify])
            try await eventually("the session is gone") {
                let answer = try await cinema.send("GET", folder + "master.m3u8")
                return answer.status == 410 && answer.reason == "session_gone"
            }
        }
    }

    @Test("A gate that knows nothing yet opens nothing; one whose knowledge is too old asks the database each time")
    func stale() async throws {
        try await Cinema.with(isWatching: false) { cinema in
            let (id, folder) = try await cinema.playing()
            #expect(try await cinema.send("GET", folder + "master.m3u8").status == 503)
            #expect(cinema.streaming.known.isStale)
            cinema.streaming.known.keep(Revocations(readAt: .now() - .seconds(31)), asked: .now - .seconds(31))
            #expect(try await cinema.send("GET", folder + "master.m3u8").status == 200)
            _ = try await cinema.pool.query("UPDATE entitlements SET state = 'suspended' WHERE id = \(id)")
            #expect(try await cinema.send("GET", folder + "master.m3u8").reason == "suspended_unpaid")
            _ = try await cinema.pool.query("UPDATE entitlements SET state = 'granted' WHERE id = \(id)")
            _ = try await cinema.pool.query("UPDATE sessions SET ended_at = now()")
            #expect(try await cinema.send("GET", folder + "master.m3u8").reason == "session_gone")
            // Knowledge that is young decides alone: the database is not asked.
            cinema.streaming.known.keep(Revocations(readAt: .now()), asked: .now)
            #expect(try await cinema.send("GET", folder + "master.m3u8").status == 200)
            #expect(StreamingMeters(cinema.metrics).databaseChecks.value == 3)
        }
    }
}
