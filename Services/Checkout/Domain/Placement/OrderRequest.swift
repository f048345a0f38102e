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

    public init(
        cartId: CartID, programmeId: ProgrammeID, filmIds: [FilmID], payment: PaymentTerms, grantId: GrantID? = nil
    ) {
        self.cartId = cartId
        self.programmeId = programmeId
        self.filmIds = filmIds
        self.payment = payment
        self.grantId = grantId
    }
}
