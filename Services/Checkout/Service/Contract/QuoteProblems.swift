internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import JSON

extension [ProblemType] {
    /// Every reason why an order cannot use the quote that it names.
    static let ofUsingQuotes: [ProblemType] = [
        .quoteUnknown, .quoteNotOffered, .quoteForOtherProgramme, .quoteExpired, .quoteChanged, .quoteUsed,
        .grantNotForQuote,
    ]
}

/// The types are stable.
extension ProblemType {
    static let quoteUnknown = ProblemType(422, "quote-unknown", "Quote unknown")
    static let quoteNotOffered = ProblemType(422, "quote-not-offered", "Quote not offered")
    static let quoteForOtherProgramme = ProblemType(
        422, "quote-for-other-programme", "Quote for another programme", members: [.required("programmeId", .id)])
    static let quoteExpired = ProblemType(
        422, "quote-expired", "Quote expired", members: [.required("validUntil", .instant)])
    static let quoteChanged = ProblemType(
        409, "quote-changed", "Quote changed", members: [.required("version", .positive)])
    static let quoteUsed = ProblemType(
        409, "quote-used", "Quote used", members: [.required("order", .link("/v1/orders"))])
    static let quoteInThePast = ProblemType(422, "quote-in-the-past", "Quote in the past")
    static let grantNotForQuote = ProblemType(422, "grant-not-for-quote", "Grant not for a quote")
}

extension Problem {
    /// - Precondition: the refusal is about a quote.
    static func quote(_ refusal: PricingRefusal, _ addresses: OrderAddresses) -> Problem {
        switch refusal {
        case .quoteUnknown: Problem(.quoteUnknown, detail: "The institution has no such quote.")
        case .quoteNotOffered: Problem(.quoteNotOffered, detail: "Nobody has said a price yet.")
        case .quoteForOtherProgramme(let programme):
            Problem(
                .quoteForOtherProgramme, detail: "The quote is for the programme \(programme).",
                members: ["programmeId": .string(programme.text)])
        case .quoteExpired(let end):
            Problem(
                .quoteExpired, detail: "The offer ended at \(end).", members: ["validUntil": .string(end.text)])
        case .quoteChanged(let version):
            Problem(
                .quoteChanged, detail: "Another price has been said since: look at it, and name its version.",
                members: ["version": .integer(version)])
        case .quoteUsed(let order):
            Problem(
                .quoteUsed, detail: "A quote is used once, and this order has it.",
                members: ["order": .link(order.text, addresses.order(order))])
        case .grantNotForQuote:
            Problem(.grantNotForQuote, detail: "A quoted price is reduced by no grant.")
        default: preconditionFailure("\(refusal) is not about a quote")
        }
    }
}
