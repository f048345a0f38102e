import FilmClubModel
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import StreamingEntitlementDomain
import TestSupport
import Testing

@testable import StreamingEntitlementService

@Suite("Importing media")
struct ImportTests {
    static func document(_ mappings: [(FilmID, String)]) throws -> ImportDocument {
        ImportDocument(media: try mappings.map { MediaMapping(filmId: $0.0, asset: try Slug($0.1)) })
    }

    static func counts(_ answer: Answer) -> [Int64?] {
        ["created", "changed", "unchanged"].map { answer.json["media"]?[$0]?.integerValue }
    }

    @Test("An import says what is new; a dry run changes nothing; said twice it changes nothing")
    func report() async throws {
        try await Cinema.with { cinema in
            try cinema.media.write(SampleAsset(), as: "small")
            let film = Sample.id(500, FilmID.self)
            let document = try Self.document([
                (film, "small"), (cinema.films[0], "small"), (cinema.films[1], "short-film"),
            ])
            let dry = try await cinema.importing(document, isDryRun: true)
            #expect(dry.json["dryRun"] == true && Self.counts(dry) == [1, 1, 1])
            #expect(try await cinema.count("media") == 6)
            #expect(Self.counts(try await cinema.importing(document)) == [1, 1, 1])
            #expect(Self.counts(try await cinema.importing(document)) == [0, 0, 3])
            #expect(try await cinema.count("media") == 7)
            #expect(try await cinema.importing(try Self.document([(film, "nowhere")])).status == 422)
            #expect(
                try await cinema.auditLines().map(\.description) == [
                    "granted media.import", "granted media.import", "granted media.import",
                    "refused media.import: import-refused",
                ])
        }
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let file: String
        let line: Int64?
        let change: @Sendable (inout SampleAsset) -> Void
        var testDescription: String { name }
    }

    static let broken = [
        Broken(name: "a cue that ends before it starts", file: "new/s/en.srt", line: 2) {
            $0.english = "1\n00:00:05,000 --> 00:00:03,000\nHello\n"
        },
        Broken(name: "no English", file: "new/asset.json", line: nil) {
            $0 = $0.replacing(#""language": "en""#, #""language": "fr""#)
        },
        Broken(name: "a manifest that is no JSON", file: "new/asset.json", line: 2) { $0.manifest = "{\n}}" },
        Broken(name: "a missing segment", file: "new/v/1.m4s", line: nil) { $0.missing = "v/1.m4s" },
        Broken(name: "a missing playlist", file: "new/a/list.m3u8", line: nil) {
            $0 = $0.replacing("a/list.m3u8", "a/other.m3u8")
            $0.missing = "a/list.m3u8"
        },
        Broken(name: "subtitles that are too large", file: "new/s/es.vtt", line: nil) {
            $0.captions += String(repeating: "\n", count: SubtitleLimits.bytesMax)
        },
    ]

    @Test(
        "A broken asset is refused with its file and line, and nothing of the document is imported", arguments: broken)
    func refuses(_ example: Broken) async throws {
        try await Cinema.with { cinema in
            var asset = SampleAsset()
            example.change(&asset)
            try cinema.media.write(asset, as: "new")
            let text = """
                {"media": [
                  {"filmId": "\(Sample.id(500, FilmID.self))", "asset": "short-film"},
                  {"filmId": "\(Sample.id(501, FilmID.self))",
                   "asset": "new"}
                ]}
                """
            let answer = try await cinema.importing(text: Array(text.utf8))
            #expect(answer.status == 422 && answer.problem == "import-refused")
            let errors = try #require(answer.json["errors"]?.arrayValue)
            #expect(errors.count == 1)
            #expect(errors.first?["path"] == "media[1].asset")
            #expect(errors.first?["line"] == 4)
            #expect(errors.first?["fileLine"]?.integerValue == example.line)
            let file = try #require(errors.first?["file"]?.stringValue)
            #expect(file == example.file || example.name == "a missing playlist", "\(answer.text)")
            #expect(try await cinema.count("media") == 6)
        }
    }

    @Test("A document that can't be is refused with its place; so is an asset that is not there")
    func documents() async throws {
        try await Cinema.with { cinema in
            let film = Sample.id(500, FilmID.self)
            let table: [(text: String, status: Int, problem: String)] = [
                ("{", 400, "malformed-json"),
                (#"{"medias": []}"#, 400, "invalid-field"),
                (#"{"media": [{"filmId": "1", "asset": "short-film"}]}"#, 400, "invalid-field"),
                (#"{"media": [{"filmId": "\#(film)", "asset": "../short-film"}]}"#, 400, "invalid-field"),
                (#"{"media": [{"filmId": "\#(film)", "asset": "nowhere"}]}"#, 422, "import-refused"),
                (
                    #"{"media": [{"filmId": "\#(film)", "asset": "short-film"}, {"filmId": "\#(film)", "asset": "short-film"}]}"#,
                    422, "import-refused"
                ),
            ]
            for (text, status, problem) in table {
                let answer = try await cinema.importing(text: Array(text.utf8))
                #expect(answer.status == status && answer.problem == problem, "\(text): \(answer.text)")
            }
            let allowed = try JSON.encode(Self.document([(film, "short-film")]))
            #expect(try await cinema.importing(text: allowed, as: .organiser).status == 403)
            #expect(try await cinema.count("media") == 6)
        }
    }

    @Test("Media of a film that nobody has ordered yet are taken: they are played once it is")
    func unordered() async throws {
        try await Cinema.with { cinema in
            let film = Sample.id(500, FilmID.self)
            let document = try Self.document([(film, "short-film")])
            #expect(Self.counts(try await cinema.importing(document)) == [1, 0, 0])
            #expect(try await cinema.count("entitlements") == 0)
            #expect(try await cinema.count("media") == 7)
        }
    }

    @Test("What an import saw is what is played: a mended asset without another start")
    func mended() async throws {
        try await Cinema.with { cinema in
            var asset = SampleAsset()
            try cinema.media.write(asset, as: "small")
            let film = cinema.films[0]
            _ = try await cinema.importing(try Self.document([(film, "small")]))
            let (_, folder) = try await cinema.playing(try cinema.order())
            #expect(try await cinema.send("GET", folder + "s/en/000.vtt").text.contains("Hello"))
            asset.english = asset.english.replacing("Hello", with: "Good morning")
            try cinema.media.write(asset, as: "small")
            #expect(try await cinema.send("GET", folder + "s/en/000.vtt").text.contains("Hello"))
            _ = try await cinema.importing(try Self.document([(film, "small")]))
            #expect(try await cinema.send("GET", folder + "s/en/000.vtt").text.contains("Good morning"))
        }
    }
}
