public import FilmClubModel

/// Everything that a document says but its number and dates: a snapshot, stored as it is.
public struct BillingContent: Codable, Hashable, Sendable {
    public var seller: Seller
    public var buyer: Buyer
    /// The buyer's own.
    public var purchaseOrderNumber: String?
    public var order: Order
    public var lines: [Line]
    /// What the lines add up to.
    public var screeningFees: Money
    public var discount: Discount?
    public var tax: Tax?
    /// The buyer pays no tax.
    public var isTaxExempt: Bool?
    /// What is kept of a cancelled order: in an invoice it is added, in a credit note it is not given back.
    public var administrativeFee: Money?
    /// Of an invoice, to be paid; of a credit note, no longer.
    public var total: Money

    public struct Buyer: Codable, Hashable, Sendable {
        public var institutionId: InstitutionID
        public var name: String
        public var country: Territory
        public var taxId: String?

        init(_ institution: Institution) {
            institutionId = institution.id
            name = institution.name
            country = institution.country ?? institution.territory
            taxId = institution.taxId
        }
    }

    public struct Order: Codable, Hashable, Sendable {
        public var id: OrderID
        public var number: String
        public var placedAt: Instant
    }

    public struct Line: Codable, Hashable, Sendable {
        public var description: String
        public var filmId: FilmID?
        public var amount: Money
    }

    public struct Tax: Codable, Hashable, Sendable {
        public var name: String
        public var rateBasisPoints: Int
        /// What it is taken of.
        public var base: Money
        public var amount: Money

        init(_ tax: TaxCharge, on base: Money) {
            name = tax.name
            rateBasisPoints = tax.rateBasisPoints
            self.base = base
            amount = tax.amount
        }
    }
}

/// Who sells: the house, as its invoices name it.
public struct Seller: Codable, Hashable, Sendable {
    public var name: String
    /// Line by line.
    public var address: [String]
    public var taxId: String?

    public init(name: String, address: [String] = [], taxId: String? = nil) {
        self.name = name
        self.address = address
        self.taxId = taxId
    }
}
