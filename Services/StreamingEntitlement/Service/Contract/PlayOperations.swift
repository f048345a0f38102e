internal import Contracts
internal import HTTPServer
internal import Messaging
internal import ServiceShell
internal import StreamingEntitlementDomain

extension Operation {
    static let play = Operation(
        "play", "What a player fetches",
        details: "Playlists, subtitles, initialisation and media segments. The token stands in the path, so that the "
            + "relative addresses in a playlist inherit it: a player follows them from the session's playUrl.",
        parameters: [
            .path("token", .text(like: "eyJ0eXAiOiJzdHJlYW0rand0In0"), says: "What a session's playUrl holds."),
            .path("path", .text(like: PlayableAsset.masterPath), says: "A path inside the film's asset."),
            Parameter(
                .header, "Range", .text(like: "bytes=0-1023"), says: "A part of it (RFC 9110 §14).",
                isRequired: false, problems: [.rangeNotSatisfiable]),
        ],
        answers: [
            Answer(200, "The whole of it.", mediaTypes: mediaTypes),
            Answer(206, "The part that was asked for.", mediaTypes: mediaTypes),
            Answer(304, "The player has it already."),
        ],
        problems: [
            .unauthenticated, .tokenExpired, .playbackForbidden, .notFound, .sessionGone, .preconditionFailed,
        ] + .ofDatabase)

    static let playWithoutToken = Operation(
        "playWithoutToken", "Never anything: a play address has a token and a path",
        parameters: [.path("path", .text(like: PlayableAsset.masterPath), says: "Whatever stands there.")],
        answers: [], problems: [.unauthenticated])

    private static let mediaTypes =
        [ContentType.playlist, .webVTT, .video, .audio].map(\.rawValue)
}
