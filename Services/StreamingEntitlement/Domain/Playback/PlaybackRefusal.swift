public import FilmClubModel

/// Why a session is not opened, or a file of it not served.
public enum PlaybackRefusal: Error, Sendable, Hashable {
    /// No such entitlement, or another institution's: the answer does not tell which (invariant I14).
    case unknownEntitlement
    case windowNotOpen(opensAt: Instant)
    case windowClosed(closedAt: Instant)
    case revoked
    case suspendedUnpaid
    /// Watched from where the licence does not reach.
    case territory(Territory)
    /// There is no media, or none with a valid English track.
    case notPlayable
    case tooManySessions(max: Int)
    /// The session was ended, or its time is over: open another.
    case sessionGone

    /// The stable word for programs, as the member `reason` of the answer.
    public var reason: String {
        switch self {
        case .unknownEntitlement: "unknown_entitlement"
        case .windowNotOpen: "window_not_open"
        case .windowClosed: "window_closed"
        case .revoked: "revoked"
        case .suspendedUnpaid: "suspended_unpaid"
        case .territory: "territory_not_licensed"
        case .notPlayable: "film_not_playable"
        case .tooManySessions: "too_many_sessions"
        case .sessionGone: "session_gone"
        }
    }

    /// The HTTP status that says so; 451 is RFC 7725's.
    public var status: Int {
        switch self {
        case .unknownEntitlement: 404
        case .windowNotOpen, .windowClosed, .revoked, .suspendedUnpaid: 403
        case .territory: 451
        case .notPlayable: 409
        case .tooManySessions: 429
        case .sessionGone: 410
        }
    }

    /// A sentence for the viewer.
    public var sentence: String {
        switch self {
        case .unknownEntitlement: "There is no such entitlement."
        case .windowNotOpen(let opensAt): "The screening window opens at \(opensAt)."
        case .windowClosed(let closedAt): "The screening window closed at \(closedAt)."
        case .revoked: "The right to watch this film was revoked."
        case .suspendedUnpaid: "The right to watch this film is suspended until the invoice is paid."
        case .territory(let territory): "The film is not licensed in \(territory)."
        case .notPlayable: "The film can't be played yet: its media are missing or lack English subtitles."
        case .tooManySessions(let max): "At most \(max) sessions may watch this film at the same time."
        case .sessionGone: "The playback session is over."
        }
    }
}
