internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import JSON

extension [ProblemType] {
    /// Every reason why nobody can say what an order costs.
    static let ofPricing: [ProblemType] = [.notForSale, .priceOnRequest]
}

/// The types are stable.
extension ProblemType {
    static let notForSale = ProblemType(422, "not-for-sale", "Not for sale")
    static let priceOnRequest = ProblemType(
        422, "price-on-request", "Price on request",
        members: [.required("institutionType", .word(of: InstitutionType.self))])
}

extension Problem {
    init(_ refusal: PricingRefusal) {
        switch refusal {
        case .notForSale:
            self.init(.notForSale, detail: "None of the programme's price lists holds now.")
        case .priceOnRequest(let type):
            self.init(
                .priceOnRequest,
                detail: "What the programme costs institutions of type \(type.rawValue) is said on request.",
                members: ["institutionType": .string(type.rawValue)])
        case .tooLarge:
            self.init(.programmeNotSellable, detail: "Its price is beyond what can be calculated with.")
        }
    }
}
