internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON

/// Every reason why there is no order, as clients see it. The types are stable.
extension Problem {
    init(_ rejection: OrderRejection) {
        switch rejection {
        case .institutionUnknown:
            self.init(
                status: 403, "institution-unknown", title: "Institution unknown",
                detail: "The token's institution is not one of ours.")
        case .institutionNotVerified:
            self.init(
                status: 403, "institution-not-verified", title: "Institution not verified",
                detail: "Only a verified institution can order.")
        case .programmeUnknown(let id):
            self.init(
                status: 422, "programme-unknown", title: "Programme unknown",
                detail: "The programme \(id) is not known here. \(Self.mayBecomeKnown)",
                members: ["programmeId": .string(id.text)], headers: Self.retrySoon)
        case .institutionTypeNotEligible(let type):
            self.init(
                status: 403, "institution-not-eligible", title: "Institution not eligible",
                detail: "The programme is not for institutions of type \(type.rawValue).",
                members: ["institutionType": .string(type.rawValue)])
        case .programmeNotOffered(let territory):
            self.init(
                status: 422, "programme-not-offered", title: "Programme not offered",
                detail: "The programme is not offered in \(territory).", members: ["territory": .string(territory.text)]
            )
        case .ruleNotSupported, .ruleNotMet: self = Self.composition(rejection)
        case .wrongNumberOfFilms, .repeatedFilms, .unknownFilms, .withdrawnFilms, .filmsNotLicensed:
            self = Self.selection(rejection)
        }
    }

    /// Checkout cannot tell what does not exist from what it has not heard of yet, and must not claim that it can. A
    /// client can: what is known and not for sale has types of its own, and no `Retry-After`.
    private static let mayBecomeKnown =
        "What the catalog shows becomes known here within moments: if it shows this, ask again, with the same key."
    private static let retrySoon: ResponseHeaders = ["Retry-After": "1"]

    private static func composition(_ rejection: OrderRejection) -> Problem {
        guard case .ruleNotMet(let rule) = rejection else {
            return Problem(
                status: 422, "programme-not-sellable", title: "Programme not sellable",
                detail: "The programme has a rule that this service cannot judge.")
        }
        return Problem(
            status: 422, "composition-rule-not-met", title: "Composition rule not met", detail: rule.demand,
            members: ["rule": .string(rule.name)])
    }

    private static func selection(_ rejection: OrderRejection) -> Problem {
        switch rejection {
        case .wrongNumberOfFilms(let expected, let given):
            Problem(
                status: 422, "wrong-number-of-films", title: "Wrong number of films",
                detail: "The programme has \(expected) slots; \(given) films were named.",
                members: ["expected": .integer(Int64(expected)), "given": .integer(Int64(given))])
        case .repeatedFilms(let films):
            films.problem("film-repeated", "Film repeated", "Each film of a bundle is another one.")
        case .unknownFilms(let films):
            films.problem(
                "film-unknown", "Film unknown", "These films are not known here. \(mayBecomeKnown)",
                headers: retrySoon)
        case .withdrawnFilms(let films):
            films.problem("film-withdrawn", "Film withdrawn", "These films are no longer for sale.")
        case .filmsNotLicensed(let films, let territory):
            films.problem(
                "film-not-licensed", "Film not licensed", "These films may not be screened in \(territory).")
        default: preconditionFailure("\(rejection) is not about the films")
        }
    }
}

extension [FilmID] {
    /// The films meant, each once, and no more than a programme can have.
    fileprivate func problem(
        _ name: String, _ title: String, _ detail: String, headers: ResponseHeaders = [:]
    ) -> Problem {
        var seen: Set<FilmID> = []
        let films = filter { seen.insert($0).inserted }.prefix(Programme.slotsMax)
        return Problem(
            status: 422, name, title: title, detail: detail,
            members: ["filmIds": .array(films.map { .string($0.text) })], headers: headers)
    }
}

extension CompositionRule {
    fileprivate var name: String {
        switch self {
        case .minimumBeforeYear: "minimum-before-year"
        case .maximumByOneDirector: "maximum-by-one-director"
        case .unsupported(let rule): rule
        }
    }

    fileprivate var demand: String {
        switch self {
        case .minimumBeforeYear(let count, let year): "At least \(count) of the films must be from before \(year)."
        case .maximumByOneDirector(let count): "At most \(count) of the films may be by one director."
        case .unsupported: "The programme has a rule that this service cannot judge."
        }
    }
}

// MARK: - Carts, trouble

extension Problem {
    static func cartAlreadyOrdered(_ order: OrderID, at address: String) -> Problem {
        Problem(
            status: 409, "cart-already-ordered", title: "Cart already ordered",
            detail: "A cart yields one order, and this one has it.",
            members: ["order": .object(["id": .string(order.text), "href": .string(address)])])
    }

    static let orderUnsettled = Problem(
        status: 503, "order-unsettled", title: "Order not settled",
        detail: "What the order is decided by is changing just now. Nothing was ordered; ask again.",
        headers: ["Retry-After": "1"])
}
