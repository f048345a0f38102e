public import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
public import Postgres

// How values of billing stand in rows.

extension CalendarDay: PostgresEncodable, PostgresDecodable {
    /// PostgreSQL counts from 2000-01-01.
    private static let epochDays: Int64 = 10_957

    public static var postgresType: PostgresType { .date }

    public func encode(into bytes: inout [UInt8]) {
        let days = Int32(clamping: Int64(daysSince1970) - Self.epochDays)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: days >> shift)) }
    }

    public init(postgres bytes: Span<UInt8>, type: PostgresType) throws(PostgresDecodingError) {
        guard type == .date, bytes.count == 4 else { throw PostgresDecodingError("it is no date") }
        var days: UInt32 = 0
        for index in bytes.indices { days = days << 8 | UInt32(bytes[index]) }
        self.init(clamping: Int64(Int32(bitPattern: days)) + Self.epochDays)
    }
}

extension Sale {
    static let columns: SQL = """
        orders.number, orders.institution, orders.total_minor_units, orders.currency, orders.charge,
        orders.payment_method, orders.purchase_order_number, orders.placed_at
        """

    /// - Parameter lines: in their order.
    init(_ row: Row, of order: OrderID, lines: [OrderLine]) throws {
        let total = Money(
            minorUnits: try row.get("total_minor_units"), currency: try Currency(try row.get("currency")))
        self.init(
            orderId: order, orderNumber: try row.get("number"),
            institution: try JSON.decode(Institution.self, from: try row.get("institution", as: JSONText.self).bytes),
            lines: lines,
            // An order from before anybody wrote its charge down had no discount and no tax.
            charge: try row.get("charge", as: JSONText?.self).map { try JSON.decode(Charge.self, from: $0.bytes) }
                ?? Charge(screeningFees: total, total: total),
            payment: try PaymentTerms(
                method: try row.get("payment_method"), purchaseOrderNumber: try row.get("purchase_order_number")),
            placedAt: try row.get("placed_at"))
    }
}
