internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON

/// Every reason why there is no order, as clients see it. The types are stable.
extension Problem {
    init(_ rejection: OrderRejection, _ addresses: OrderAddresses) {
        switch rejection {
        case .institutionUnknown:
            self.init(.institutionUnknown, detail: "The token's institution is not one of ours.")
        case .institutionNotVerified:
            self.init(.institutionNotVerified, detail: "Only a verified institution can order.")
        case .programmeUnknown(let id):
            self.init(
                .programmeUnknown, detail: "The programme \(id) is not known here. \(Self.mayBecomeKnown)",
                members: ["programmeId": .string(id.text)], headers: Self.retrySoon)
        case .institutionTypeNotEligible(let type):
            self.init(
                .institutionNotEligible,
                detail: "The programme is not for institutions of type \(type.rawValue).",
                members: ["institutionType": .string(type.rawValue)])
        case .programmeNotOffered(let territory):
            self.init(
                .programmeNotOffered, detail: "The programme is not offered in \(territory).",
                members: ["territory": .string(territory.text)])
        case .ruleNotSupported, .ruleNotMet: self = Self.composition(rejection)
        case .wrongNumberOfFilms, .repeatedFilms, .unknownFilms, .withdrawnFilms, .filmsNotLicensed:
            self = Self.selection(rejection)
        case .pricing(let refusal): self.init(refusal, addresses)
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
                .programmeNotSellable, detail: "The programme has a rule that this service cannot judge.")
        }
        return Problem(
            .compositionRuleNotMet, detail: rule.demand, members: ["rule": .string(rule.name)])
    }

    private static func selection(_ rejection: OrderRejection) -> Problem {
        switch rejection {
        case .wrongNumberOfFilms(let expected, let given):
            Problem(
                .wrongNumberOfFilms,
                detail: "The programme has \(expected) slots; \(given) films were named.",
                members: ["expected": .integer(Int64(expected)), "given": .integer(Int64(given))])
        case .repeatedFilms(let films):
            films.problem(.filmRepeated, "Each film of a bundle is another one.")
        case .unknownFilms(let films):
            films.problem(
                .filmUnknown, "These films are not known here. \(mayBecomeKnown)",
                headers: retrySoon)
        case .withdrawnFilms(let films):
            films.problem(.filmWithdrawn, "These films are no longer for sale.")
        case .filmsNotLicensed(let films, let territory):
            films.problem(.filmNotLicensed, "These films may not be screened in \(territory).")
        default: preconditionFailure("\(rejection) is not about the films")
        }
    }
}

extension [FilmID] {
    /// The films meant, each once, and no more than a programme can have.
    fileprivate func problem(
        _ type: ProblemType, _ detail: String, headers: ResponseHeaders = [:]
    ) -> Problem {
        var seen: Set<FilmID> = []
        let films = filter { seen.insert($0).inserted }.prefix(Programme.slotsMax)
        return Problem(
            type, detail: detail,
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
            .cartAlreadyOrdered, detail: "A cart yields one order, and this one has it.",
            members: ["order": .link(order.text, address)])
    }

    static let orderUnsettled = Problem(
        .orderUnsettled,
        detail: "What the order is decided by is changing just now. Nothing was ordered; ask again.",
        headers: ["Retry-After": "1"])
}
