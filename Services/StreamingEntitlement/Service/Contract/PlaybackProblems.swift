internal import Contracts
internal import HTTPServer

/// A session that is not opened, or a file that is not served. One type for all: the member `reason` is the word for
/// programs, and the status says what kind of reason it is.
extension ProblemType {
    static let playbackForbidden = playbackRefused(
        403, ["window_not_open", "window_closed", "revoked", "suspended_unpaid"],
        [.optional("opensAt", .instant), .optional("closedAt", .instant)])
    static let filmNotPlayable = playbackRefused(409, ["film_not_playable"])
    static let sessionGone = playbackRefused(410, ["session_gone"])
    static let tooManySessions = playbackRefused(
        429, ["too_many_sessions"], [.required("sessionsMax", .positive)], headers: [.retryAfter])
    /// RFC 7725.
    static let territoryNotLicensed = playbackRefused(451, ["territory_not_licensed"])

    private static func playbackRefused(
        _ status: Int, _ reasons: [String], _ members: [Schema.Member] = [], headers: [AnswerHeader] = []
    ) -> ProblemType {
        ProblemType(
            status, "playback-refused", "Playback refused",
            members: [.required("reason", .words(reasons))] + members, headers: headers)
    }
}
