internal import FilmClubModel
internal import HTTPServer
internal import JOSE
internal import JSON
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Every reason why something is not played, as clients see it. The types are stable, and no text holds a token.
extension Problem {
    private static let noStore = "no-store"

    /// A session that is not opened, or a file that is not served: the member `reason` is the word for programs.
    init(_ refusal: PlaybackRefusal) {
        guard refusal != .unknownEntitlement else {
            self = .notFound(refusal.sentence)
            return
        }
        var members: JSONObject = ["reason": .string(refusal.reason)]
        switch refusal {
        case .windowNotOpen(let opensAt): members["opensAt"] = .string(opensAt.text)
        case .windowClosed(let closedAt): members["closedAt"] = .string(closedAt.text)
        case .tooManySessions(let max): members["sessionsMax"] = .integer(Int64(max))
        default: break
        }
        var headers: ResponseHeaders = ["Cache-Control": Self.noStore]
        if case .tooManySessions = refusal { headers["Retry-After"] = "60" }
        self.init(
            status: refusal.status, "playback-refused", title: "Playback refused", detail: refusal.sentence,
            members: members, headers: headers)
    }

    init(_ refusal: PlayGate.Refusal) {
        switch refusal {
        case .token(.expired):
            self = .streamTokenRefused(
                .tokenExpired, "The playback session is over: open another.")
        case .token(let refusal):
            self = .streamTokenRefused(
                .unauthenticated, "The play address opens nothing: \(refusal).")
        case .playback(let refusal): self.init(refusal)
        case .notFound:
            self = .notFound("There is nothing at this path.")
            headers["Cache-Control"] = Self.noStore
        case .notReady:
            self.init(
                .unavailable, detail: "The service is starting. Ask again.",
                headers: ["Retry-After": "1"])
        }
    }

    static let streamTokenMissing = streamTokenRefused(
        .unauthenticated, "Open a playback session: its answer has the play address.")

    private static func streamTokenRefused(_ type: ProblemType, _ detail: String) -> Problem {
        Problem(
            type, detail: detail,
            headers: ["WWW-Authenticate": "Bearer realm=\"filmclub-play\"", "Cache-Control": noStore])
    }
}
