public import FilmClubModel

/// What a purchaser asks for. There is no price in it: what an order costs is for `Pricing` alone to say.
public struct OrderRequest: Hashable, Sendable {
    /// Opaque here; unique within the institution.
    public var cartId: CartID
    public var programmeId: ProgrammeID
    /// In the order of the cart's slots.
    public var filmIds: [FilmID]
    public var payment: PaymentTerms
    /// The grant that is to pay a part.
    public var grantId: GrantID?
    /// The quote that it is to be sold at.
    public var quote: SeenQuote?

    public init(
        cartId: CartID, programmeId: ProgrammeID, filmIds: [FilmID], payment: PaymentTerms, grantId: GrantID? = nil,
        quote: SeenQuote? = nil
    ) {
        self.cartId = cartId
        self.programmeId = programmeId
        self.filmIds = filmIds
        self.payment = payment
        self.grantId = grantId
        self.quote = quote
    }
}

/// A quote as the purchaser has seen it.
public struct SeenQuote: Hashable, Sendable {
    public let id: QuoteID
    public let version: Int64

    public init(id: QuoteID, version: Int64) {
        self.id = id
        self.version = version
    }
}
