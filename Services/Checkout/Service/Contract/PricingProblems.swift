internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import JSON

extension [ProblemType] {
    /// Every reason why nobody can say what an order costs.
    static let ofPricing: [ProblemType] = [.notForSale, .priceOnRequest] + ofUsingGrants + ofUsingQuotes
}

/// The types are stable.
extension ProblemType {
    static let notForSale = ProblemType(422, "not-for-sale", "Not for sale")
    static let priceOnRequest = ProblemType(
        422, "price-on-request", "Price on request",
        members: [.required("institutionType", .word(of: InstitutionType.self))])
}

extension Problem {
    init(_ refusal: PricingRefusal, _ addresses: OrderAddresses) {
        switch refusal {
        case .notForSale:
            self.init(.notForSale, detail: "None of the programme's price lists holds now.")
        case .priceOnRequest(let type):
            self.init(
                .priceOnRequest,
                detail:
                    "What the programme costs institutions of type \(type.rawValue) is said on request: POST /v1/quotes asks.",
                members: ["institutionType": .string(type.rawValue)])
        case .tooLarge:
            self.init(.programmeNotSellable, detail: "Its price is beyond what can be calculated with.")
        case .grantUnknown, .grantNotGranted, .grantNotYetValid, .grantExpired, .grantUsed:
            self = Self.grant(refusal, addresses)
        case .quoteUnknown, .quoteNotOffered, .quoteForOtherProgramme, .quoteExpired, .quoteChanged, .quoteUsed,
            .grantNotForQuote:
            self = Self.quote(refusal, addresses)
        }
    }

    private static func grant(_ refusal: PricingRefusal, _ addresses: OrderAddresses) -> Problem {
        switch refusal {
        case .grantNotGranted(let state):
            Problem(
                .grantNotGranted, detail: "The grant is \(state.rawValue).", members: ["state": .string(state.rawValue)]
            )
        case .grantNotYetValid(let from):
            Problem(
                .grantNotYetValid, detail: "The grant's cycle begins at \(from).",
                members: ["validFrom": .string(from.text)])
        case .grantExpired(let end):
            Problem(
                .grantExpired, detail: "The grant's cycle ended at \(end).", members: ["validUntil": .string(end.text)])
        case .grantUsed(let order):
            Problem(
                .grantUsed, detail: "A grant is used once, and this order has it.",
                members: ["order": .link(order.text, addresses.order(order))])
        default: Problem(.grantUnknown, detail: "The institution has no such grant.")
        }
    }
}
