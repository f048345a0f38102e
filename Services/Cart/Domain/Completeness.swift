public import FilmClubModel

/// What a cart lacks for checkout to take it, as far as cart can see.
public struct Completeness: Hashable, Sendable {
    /// Films still to be chosen.
    public let missingFilms: Int
    /// Everything else, each with a word for programs and a sentence for people.
    public let reasons: [Reason]

    public var isComplete: Bool { missingFilms == 0 && reasons.isEmpty }

    public enum Reason: Hashable, Sendable {
        case institutionNotVerified
        case programmeNotOffered
        /// The programme has another number of slots than the cart, which keeps those it was opened with.
        case programmeChanged(slots: Int)
        case filmWithdrawn(FilmID)
        case filmNotLicensed(FilmID, Territory)
        case filmUnknown(FilmID)
        case ruleNotMet(CompositionRule)

        public var word: String {
            switch self {
            case .institutionNotVerified: "institution-not-verified"
            case .programmeNotOffered: "programme-not-offered"
            case .programmeChanged: "programme-changed"
            case .filmWithdrawn: "film-withdrawn"
            case .filmNotLicensed: "film-not-licensed"
            case .filmUnknown: "film-unknown"
            case .ruleNotMet: "composition-rule-not-met"
            }
        }

        public var sentence: String {
            switch self {
            case .institutionNotVerified: "Only a verified institution can order."
            case .programmeNotOffered: "The programme is no longer offered to this institution."
            case .programmeChanged(let slots):
                "The programme has \(slots) films now; open another cart for it."
            case .filmWithdrawn: "The film is no longer for sale; choose another one."
            case .filmNotLicensed(_, let territory): "The film may not be screened in \(territory); choose another one."
            case .filmUnknown: "The film is not in the catalogue; choose another one."
            case .ruleNotMet(.minimumBeforeYear(let count, let year)):
                "At least \(count) of the films must be from before \(year)."
            case .ruleNotMet(.maximumByOneDirector(let count)):
                "At most \(count) of the films may be by one director."
            case .ruleNotMet(.unsupported): "The programme has a rule that this service cannot judge."
            }
        }

        public var filmId: FilmID? {
            switch self {
            case .filmWithdrawn(let film), .filmNotLicensed(let film, _), .filmUnknown(let film): film
            case .institutionNotVerified, .programmeNotOffered, .programmeChanged, .ruleNotMet: nil
            }
        }
    }

    /// A cart that is closed lacks nothing any more: its order has been taken.
    public init(of cart: Cart, by facts: CartFacts) {
        guard cart.state != .closed else {
            (missingFilms, reasons) = (0, [])
            return
        }
        missingFilms = max(0, cart.slots - cart.films.count)
        let reasons = Self.offer(of: cart, by: facts) + cart.selected.compactMap { Self.objection(to: $0, by: facts) }
        // A rule is judged on a full cart: with slots to fill it may still be met.
        self.reasons = missingFilms == 0 ? reasons + Self.unmetRules(of: cart, by: facts) : reasons
    }

    private static func offer(of cart: Cart, by facts: CartFacts) -> [Reason] {
        var reasons: [Reason] = []
        if !facts.institution.verified { reasons.append(.institutionNotVerified) }
        if !facts.programme.isOffered(to: facts.institution) { reasons.append(.programmeNotOffered) }
        if facts.programme.slots != cart.slots { reasons.append(.programmeChanged(slots: facts.programme.slots)) }
        return reasons
    }

    private static func objection(to id: FilmID, by facts: CartFacts) -> Reason? {
        guard let film = facts.films[id] else { return .filmUnknown(id) }
        guard film.status == .available else { return .filmWithdrawn(id) }
        let territory = facts.institution.territory
        return film.isLicensed(in: territory) ? nil : .filmNotLicensed(id, territory)
    }

    private static func unmetRules(of cart: Cart, by facts: CartFacts) -> [Reason] {
        let films = cart.selected.compactMap { facts.films[$0] }
        return facts.programme.rules.filter { !$0.isMet(by: films) }.map(Reason.ruleNotMet)
    }
}
