/// An order was accepted: a snapshot that no later edit of catalogue, programme or institution changes.
public struct OrderPlaced: EventBody {
    public static let type = EventType("OrderPlaced", 1, 1)
    public static let topic = Topic.orders

    public var orderId: OrderID
    /// The number people use; unlike the id, not the key of anything.
    public var number: String
    public var cartId: CartID
    /// As it was at placing.
    public var institution: Institution
    public var programmeId: ProgrammeID
    public var programmeVersion: Int64
    public var priceListVersion: Int
    public var lines: [OrderLine]
    /// What is to be paid.
    public var total: Money
    public var payment: PaymentTerms
    public var placedAt: Instant
    /// How the total came about. Since 1.1; nil where it was not said.
    public var charge: Charge?

    public init(
        orderId: OrderID, number: String, cartId: CartID, institution: Institution, programmeId: ProgrammeID,
        programmeVersion: Int64, priceListVersion: Int, lines: [OrderLine], total: Money, payment: PaymentTerms,
        placedAt: Instant, charge: Charge? = nil
    ) {
        self.orderId = orderId
        self.number = number
        self.cartId = cartId
        self.institution = institution
        self.programmeId = programmeId
        self.programmeVersion = programmeVersion
        self.priceListVersion = priceListVersion
        self.lines = lines
        self.total = total
        self.payment = payment
        self.placedAt = placedAt
        self.charge = charge
    }

    public var key: String { orderId.text }
}

/// One film of an order, by the title and at the price it was sold.
public struct OrderLine: Codable, Hashable, Sendable {
    public var lineId: OrderLineID
    public var filmId: FilmID
    public var title: String
    /// Its share of the screening fees, before discount and tax.
    public var price: Money

    public init(lineId: OrderLineID, filmId: FilmID, title: String, price: Money) {
        self.lineId = lineId
        self.filmId = filmId
        self.title = title
        self.price = price
    }
}

/// How an order is paid: `{"method": "purchase_order", "purchaseOrderNumber": "PO-2026-17"}`.
public enum PaymentTerms: Hashable, Sendable {
    /// Against an invoice that names the institution's own number.
    case purchaseOrder(number: String)
}

extension PaymentTerms: Codable {
    static let purchaseOrderScalarsMax = 64

    enum CodingKeys: String, CodingKey {
        case method, purchaseOrderNumber
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let method = try fields.decode(String.self, forKey: .method)
        guard method == "purchase_order" else {
            throw InvalidValue("\(InvalidValue.quoted(method)) is no method of payment; it is one of: purchase_order.")
                .decodingError(at: fields.codingPath + [CodingKeys.method])
        }
        let number = try fields.line(.purchaseOrderNumber)
        guard number.unicodeScalars.count <= Self.purchaseOrderScalarsMax else {
            throw InvalidValue("A purchase order's number has at most \(Self.purchaseOrderScalarsMax) characters.")
                .decodingError(at: fields.codingPath + [CodingKeys.purchaseOrderNumber])
        }
        self = .purchaseOrder(number: number)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .purchaseOrder(let number):
            try fields.encode("purchase_order", forKey: .method)
            try fields.encode(number, forKey: .purchaseOrderNumber)
        }
    }
}
