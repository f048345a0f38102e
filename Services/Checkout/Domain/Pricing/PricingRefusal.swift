public import FilmClubModel

/// Why nobody can say what an order costs.
public enum PricingRefusal: Error, Hashable, Sendable {
    /// None of the programme's price lists holds now.
    case notForSale
    /// Institutions of this type have no price in the list.
    case priceOnRequest(InstitutionType)
    /// The institution has no such grant.
    case grantUnknown
    case grantNotGranted(Grant.State)
    case grantNotYetValid(from: Instant)
    case grantExpired(at: Instant)
    case grantUsed(by: OrderID)
    /// A quoted price is reduced by no grant.
    case grantNotForQuote
    /// The institution has no such quote.
    case quoteUnknown
    case quoteNotOffered
    case quoteForOtherProgramme(ProgrammeID)
    case quoteExpired(at: Instant)
    /// Another price has been said since; this is its version.
    case quoteChanged(version: Int64)
    case quoteUsed(by: OrderID)
    /// Beyond what can be calculated with. No price list that was imported leads to it.
    case tooLarge
}
