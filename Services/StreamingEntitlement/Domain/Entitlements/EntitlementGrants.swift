public import FilmClubModel

/// What follows a confirmed order: exactly one entitlement a line, all or none (invariants I1 and I2).
public struct EntitlementGrants: Sendable, Hashable {
    /// In the order of the lines.
    public let entitlements: [Entitlement]
    public let event: EntitlementsGranted

    /// - Parameters:
    ///   - slots: how many films the programme's version has; nil where that version is not known here.
    ///   - window: by the order's window policy, of every film.
    ///   - playable: the order's films that have media with a valid English track.
    ///   - newID: a new id at each call.
    public static func decide(
        _ order: OrderConfirmed, slots: Int?, window: ScreeningWindow, playable: Set<FilmID>,
        newID: () -> EntitlementID
    ) throws(GrantRefusal) -> EntitlementGrants {
        guard !order.lines.isEmpty else { throw .noLines }
        let wanted = slots ?? order.lines.count
        guard wanted == order.lines.count, order.lines.count <= Programme.slotsMax else {
            throw .wrongNumberOfFilms(order.lines.count, slots: wanted)
        }
        guard Set(order.lines.map(\.lineId)).count == order.lines.count else { throw .lineTwice }
        var films: Set<FilmID> = []
        for line in order.lines {
            guard films.insert(line.filmId).inserted else { throw .filmTwice(line.filmId) }
            guard playable.contains(line.filmId) else { throw .filmWithoutMedia(line.filmId) }
        }
        return EntitlementGrants(
            order,
            order.lines.map { line in
                Entitlement(
                    id: newID(), orderId: order.orderId, lineId: line.lineId, institutionId: order.institutionId,
                    filmId: line.filmId, territory: order.territory, window: window, caps: order.caps)
            })
    }

    private init(_ order: OrderConfirmed, _ entitlements: [Entitlement]) {
        self.entitlements = entitlements
        event = EntitlementsGranted(
            orderId: order.orderId, institutionId: order.institutionId,
            entitlements: entitlements.map { entitlement in
                GrantedEntitlement(
                    entitlementId: entitlement.id, lineId: entitlement.lineId, filmId: entitlement.filmId,
                    opensAt: entitlement.window.opensAt, closesAt: entitlement.window.closesAt)
            })
    }
}

/// Why none of an order's films can be watched. It is answered to checkout, which owes the customer its money.
public enum GrantRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case noLines
    case wrongNumberOfFilms(Int, slots: Int)
    case filmTwice(FilmID)
    case lineTwice
    case filmWithoutMedia(FilmID)

    /// The word in `EntitlementsRefused`.
    public var reason: String {
        switch self {
        case .noLines: "no-lines"
        case .wrongNumberOfFilms: "wrong-number-of-films"
        case .filmTwice: "film-twice"
        case .lineTwice: "line-twice"
        case .filmWithoutMedia: "film-without-media"
        }
    }

    public var description: String {
        switch self {
        case .noLines: "The order has no line."
        case .wrongNumberOfFilms(let count, let slots): "The order has \(count) films; the programme has \(slots)."
        case .filmTwice(let film): "The order names the film \(film) twice."
        case .lineTwice: "The order has two lines with one id."
        case .filmWithoutMedia(let film): "The film \(film) has no media with valid English subtitles."
        }
    }

    public func event(for order: OrderConfirmed) -> EntitlementsRefused {
        EntitlementsRefused(orderId: order.orderId, institutionId: order.institutionId, reason: reason)
    }
}
