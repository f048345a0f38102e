public import FilmClubModel

/// What an order is decided by: the institution, the programme and the films that its request names, as far as they
/// are known, and the taxes, each in the version known. Whoever stores the order checks these versions again.
public struct OrderingFacts: Hashable, Sendable {
    public var institution: Institution?
    public var programme: Programme?
    public var films: [FilmID: Film]
    public var taxes: TaxTable
    /// The institution's grant that the request names. Never from memory: only the database knows whether it is used.
    public var grant: GrantStanding?
    /// The same of the quote that it names.
    public var quote: QuoteStanding?

    public init(
        institution: Institution?, programme: Programme?, films: [FilmID: Film], taxes: TaxTable,
        grant: GrantStanding? = nil, quote: QuoteStanding? = nil
    ) {
        self.institution = institution
        self.programme = programme
        self.films = films
        self.taxes = taxes
        self.grant = grant
        self.quote = quote
    }
}
