public import FilmClubModel

/// A price that one institution was offered for one programme: asked for by the institution, said by an operator, used
/// by one order.
public struct Quote: Hashable, Sendable {
    public struct Offer: Hashable, Sendable {
        /// All slots of the bundle together, before tax.
        public let bundle: Money
        /// The first moment when it no longer holds.
        public let validUntil: Instant

        public init(bundle: Money, validUntil: Instant) {
            self.bundle = bundle
            self.validUntil = validUntil
        }
    }

    public let id: QuoteID
    /// Rises by one with every offer: an order names the one that its purchaser has seen.
    public private(set) var version: Int64
    public let institutionId: InstitutionID
    public let programmeId: ProgrammeID
    /// What the institution wants to be known.
    public let message: String?
    /// Nil: no operator has said a price yet.
    public private(set) var offer: Offer?

    public init(
        id: QuoteID, version: Int64 = 1, institutionId: InstitutionID, programmeId: ProgrammeID, message: String?,
        offer: Offer? = nil
    ) {
        self.id = id
        self.version = version
        self.institutionId = institutionId
        self.programmeId = programmeId
        self.message = message
        self.offer = offer
    }

    public enum State: String, WireEnumeration {
        case requested, offered
    }

    public var state: State { offer == nil ? .requested : .offered }

    /// Says a price, or another one. The same said again is no other one, and changes nothing.
    /// - Returns: whether it is news.
    public mutating func offer(_ offer: Offer) -> Bool {
        guard offer != self.offer else { return false }
        self.offer = offer
        version += 1
        return true
    }
}

/// A quote as it stands for an order that would use it.
public struct QuoteStanding: Hashable, Sendable {
    public let quote: Quote
    /// The order that has used it. A quote is used once, whatever becomes of the order.
    public let usedBy: OrderID?
    /// When it stood so, by the database's clock: the only one that its date is judged by.
    public let readAt: Instant

    public init(quote: Quote, usedBy: OrderID?, readAt: Instant) {
        self.quote = quote
        self.usedBy = usedBy
        self.readAt = readAt
    }

    /// The bundle's price for an order of the programme, if the quote is still what its purchaser has seen.
    func bundle(for programme: ProgrammeID, seen version: Int64) throws(PricingRefusal) -> Money {
        guard quote.programmeId == programme else { throw .quoteForOtherProgramme(quote.programmeId) }
        if let usedBy { throw .quoteUsed(by: usedBy) }
        guard let offer = quote.offer else { throw .quoteNotOffered }
        guard quote.version == version else { throw .quoteChanged(version: quote.version) }
        guard readAt < offer.validUntil else { throw .quoteExpired(at: offer.validUntil) }
        return offer.bundle
    }
}
