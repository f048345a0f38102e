/// What an order costs, and how that came about: fees − discount + tax = total.
public struct Charge: Codable, Hashable, Sendable {
    /// The bundle, and the extra films: what the order's lines add up to.
    public var screeningFees: Money
    public var discount: Discount?
    /// Nil: none is due.
    public var tax: TaxCharge?
    /// What is to be paid.
    public var total: Money
    /// The offer whose price was taken instead of the list's.
    public var quoteId: QuoteID?

    public init(
        screeningFees: Money, discount: Discount? = nil, tax: TaxCharge? = nil, total: Money, quoteId: QuoteID? = nil
    ) {
        self.screeningFees = screeningFees
        self.discount = discount
        self.tax = tax
        self.total = total
        self.quoteId = quoteId
    }
}

/// The part of the screening fees that a grant pays.
public struct Discount: Codable, Hashable, Sendable {
    public static let percentRange = 1...100

    public var grantId: GrantID
    public var percent: Int
    public var amount: Money

    public init(grantId: GrantID, percent: Int, amount: Money) {
        self.grantId = grantId
        self.percent = percent
        self.amount = amount
    }

    enum CodingKeys: String, CodingKey {
        case grantId, percent, amount
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        grantId = try fields.decode(GrantID.self, forKey: .grantId)
        percent = try fields.number(Int.self, .percent, in: Self.percentRange)
        amount = try fields.decode(Money.self, forKey: .amount)
    }
}

/// A tax on what is left after the discount.
public struct TaxCharge: Codable, Hashable, Sendable {
    /// As the country calls it: `VAT`.
    public var name: String
    /// Hundredths of a percent.
    public var rateBasisPoints: Int
    public var amount: Money

    public init(name: String, rateBasisPoints: Int, amount: Money) {
        self.name = name
        self.rateBasisPoints = rateBasisPoints
        self.amount = amount
    }

    enum CodingKeys: String, CodingKey {
        case name, rateBasisPoints, amount
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.line(.name)
        rateBasisPoints = try fields.number(Int.self, .rateBasisPoints, in: TaxRate.basisPointsRange)
        amount = try fields.decode(Money.self, forKey: .amount)
    }
}
