internal import Contracts
internal import HTTPServer

extension [ProblemType] {
    /// Every reason why there is no order.
    static let ofOrdering: [ProblemType] =
        [
            .institutionUnknown, .institutionNotVerified, .institutionNotEligible, .programmeUnknown,
            .programmeNotOffered, .programmeNotSellable, .compositionRuleNotMet, .wrongNumberOfFilms, .filmRepeated,
            .filmUnknown, .filmWithdrawn, .filmNotLicensed, .cartAlreadyOrdered, .orderUnsettled,
        ] + ofPricing
}

/// The types are stable.
extension ProblemType {
    static let institutionUnknown = ProblemType(403, "institution-unknown", "Institution unknown")
    static let institutionNotVerified = ProblemType(403, "institution-not-verified", "Institution not verified")
    static let institutionNotEligible = ProblemType(
        403, "institution-not-eligible", "Institution not eligible",
        members: [.required("institutionType", .text(like: "highSchool"))])
    static let programmeUnknown = ProblemType(
        422, "programme-unknown", "Programme unknown", members: [.required("programmeId", .id)],
        headers: [.retryAfter])
    static let programmeNotOffered = ProblemType(
        422, "programme-not-offered", "Programme not offered", members: [.required("territory", .territory)])
    static let programmeNotSellable = ProblemType(422, "programme-not-sellable", "Programme not sellable")
    static let compositionRuleNotMet = ProblemType(
        422, "composition-rule-not-met", "Composition rule not met",
        members: [.required("rule", .text(like: "minimum-before-year"))])
    static let wrongNumberOfFilms = ProblemType(
        422, "wrong-number-of-films", "Wrong number of films",
        members: [.required("expected", .positive), .required("given", .count)])
    static let filmRepeated = ProblemType(422, "film-repeated", "Film repeated", members: films)
    static let filmUnknown = ProblemType(
        422, "film-unknown", "Film unknown", members: films, headers: [.retryAfter])
    static let filmWithdrawn = ProblemType(422, "film-withdrawn", "Film withdrawn", members: films)
    static let filmNotLicensed = ProblemType(422, "film-not-licensed", "Film not licensed", members: films)
    static let cartAlreadyOrdered = ProblemType(
        409, "cart-already-ordered", "Cart already ordered",
        members: [.required("order", .link("/v1/orders"))])
    static let orderUnsettled = ProblemType(
        503, "order-unsettled", "Order not settled", headers: [.retryAfter])

    private static let films: [Schema.Member] = [.required("filmIds", .distinct(.id, min: 1))]
}
