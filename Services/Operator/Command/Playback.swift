internal import FilmClubModel
internal import JSON

/// A student's player, without the pictures: it opens a session and follows the playlists to cues and a segment.
struct Playback {
    let house: House
    let token: String

    func watch(_ entitlement: Entitlement, _ timeline: Timeline) async throws {
        let session: OpenedSession = try await house.call(
            "POST", house.url(.streaming, "/v1/entitlements/\(entitlement.id)/sessions"), token: token,
            idempotencyKey: "demo-\(entitlement.id)", body: Array("{}".utf8), expecting: 201)
        let masterURL =
            session.playUrl.hasPrefix("http") ? session.playUrl : house.url(.streaming, session.playUrl)
        let master = try await text(masterURL)
        let subtitles = try english(in: master)
        let variant = try firstVariant(in: master)

        let cueList = try await text(resolve(subtitles, against: masterURL))
        let cueURI = try firstURI(in: cueList, "the English subtitle playlist")
        let cues = try await text(resolve(cueURI, against: resolve(subtitles, against: masterURL)))
        try require(
            cues.hasPrefix("WEBVTT") && cues.contains("X-TIMESTAMP-MAP") && cues.contains("-->"),
            "The English subtitles are no segmented WebVTT.")

        let media = try await text(resolve(variant, against: masterURL))
        let segmentURI = try firstURI(in: media, "the media playlist")
        let segment = try await house.call("GET", resolve(segmentURI, against: resolve(variant, against: masterURL)))
        try require(!segment.isEmpty, "A segment is empty.")
        timeline.mark(
            "playing \(entitlement.title ?? entitlement.filmId.text): English cues, a segment of \(segment.count) bytes"
        )
    }

    private func text(_ url: String) async throws -> String {
        String(decoding: try await house.call("GET", url), as: UTF8.self)
    }

    /// The English subtitles: on by default, and named by every variant.
    private func english(in master: String) throws -> String {
        let lines = master.split(separator: "\n")
        let track = lines.first { line in
            ["TYPE=SUBTITLES", "LANGUAGE=\"en\"", "DEFAULT=YES", "AUTOSELECT=YES"].allSatisfy { line.contains($0) }
        }
        guard let track, let uri = attribute("URI", of: track), let group = attribute("GROUP-ID", of: track) else {
            throw DemoFailed(description: "The master playlist has no English subtitles.")
        }
        let variants = lines.filter { $0.hasPrefix("#EXT-X-STREAM-INF:") }
        try require(
            !variants.isEmpty && variants.allSatisfy { attribute("SUBTITLES", of: $0) == group },
            "Not every variant has the English subtitles.")
        return uri
    }

    private func firstVariant(in master: String) throws -> String {
        let lines = master.split(separator: "\n")
        guard let index = lines.firstIndex(where: { $0.hasPrefix("#EXT-X-STREAM-INF:") }), index + 1 < lines.count
        else { throw DemoFailed(description: "The master playlist has no variant.") }
        return String(lines[index + 1])
    }

    private func firstURI(in playlist: String, _ what: String) throws -> String {
        guard let uri = playlist.split(separator: "\n").first(where: { !$0.hasPrefix("#") }) else {
            throw DemoFailed(description: "In \(what) nothing is listed.")
        }
        return String(uri)
    }

    private func attribute(_ name: String, of line: Substring) -> String? {
        guard let start = line.firstRange(of: "\(name)=\"")?.upperBound,
            let end = line[start...].firstIndex(of: "\"")
        else { return nil }
        return String(line[start..<end])
    }

    /// A relative reference without dots: beside the playlist it stands in.
    private func resolve(_ uri: String, against base: String) -> String {
        guard !uri.hasPrefix("http"), let slash = base.lastIndex(of: "/") else { return uri }
        return base[...slash] + uri
    }
}
