internal import CheckoutDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import Postgres

/// Reads an institution's orders, or everybody's, the latest first: ids rise with time.
struct OrderList: Sendable {
    let pool: PostgresPool

    /// Which orders are asked for; what is nil does not matter.
    struct Question: Sendable {
        static let limitRange = 1...100
        static let limitUsual = 20
        /// Of a number.
        static let textScalarsMax = 64

        var scope: [InstitutionID]
        var state: OrderState?
        var programme: ProgrammeID?
        var placedFrom: Instant?
        /// The first moment that is not meant any more.
        var placedTo: Instant?
        var number: String?
        var purchaseOrderNumber: String?
        var limit = Self.limitUsual

        /// What decides what stands in the list.
        var filters: [String?] {
            ["orders", state?.rawValue, programme?.text, placedFrom?.text, placedTo?.text, number, purchaseOrderNumber]
                + scope.map(\.text)
        }
    }

    /// An order in a list.
    struct Entry: Sendable {
        let progress: OrderProgress
        let number: String
        let programmeId: ProgrammeID
        let programmeName: String
        let total: Money
        let payment: PaymentTerms
        let placedAt: Instant
        let invoice: InvoiceID?
    }

    /// One more than `limit` tells that there is another page.
    func callAsFunction(_ question: Question, behind last: UUID?) async throws -> [Entry] {
        var conditions: [SQL] = ["true"] + question.scope.map { "institution_id = \($0)" }
        if let state = question.state { conditions.append("state = \(state.rawValue)") }
        if let programme = question.programme { conditions.append("programme_id = \(programme)") }
        if let from = question.placedFrom { conditions.append("placed_at >= \(from)") }
        if let to = question.placedTo { conditions.append("placed_at < \(to)") }
        if let number = question.number { conditions.append("number = \(number)") }
        if let number = question.purchaseOrderNumber { conditions.append("purchase_order_number = \(number)") }
        if let last { conditions.append("id < \(last)") }
        return try await pool.query(
            """
            /* listOrders */
            SELECT \(sql: OrderProgress.columns), number, programme_id, programme_name, total_minor_units, currency,
                payment_method, purchase_order_number, placed_at, invoice_id
            FROM orders WHERE \(sql: conditions.joined(by: " AND "))
            ORDER BY id DESC LIMIT \(Int64(question.limit) + 1)
            """
        ).map { try Entry($0) }
    }
}

extension OrderList.Entry {
    fileprivate init(_ row: Row) throws {
        self.init(
            progress: try OrderProgress(row), number: try row.get("number"), programmeId: try row.get("programme_id"),
            programmeName: try row.get("programme_name"),
            total: Money(
                minorUnits: try row.get("total_minor_units"), currency: try Currency(try row.get("currency"))),
            payment: try PaymentTerms(
                method: try row.get("payment_method"), purchaseOrderNumber: try row.get("purchase_order_number")),
            placedAt: try row.get("placed_at"), invoice: try row.get("invoice_id"))
    }
}
