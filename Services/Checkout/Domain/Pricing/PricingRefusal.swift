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
    /// Beyond what can be calculated with. No price list that was imported leads to it.
    case tooLarge
}
