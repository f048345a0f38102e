internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

// How values of an order stand in its row.

extension PaymentTerms {
    static let purchaseOrderMethod = "purchase_order"

    var columns: (method: String, purchaseOrderNumber: String?) {
        switch self {
        case .purchaseOrder(let number): (Self.purchaseOrderMethod, number)
        }
    }

    init(method: String, purchaseOrderNumber: String?) throws(UnreadableRow) {
        guard method == Self.purchaseOrderMethod, let purchaseOrderNumber else {
            throw UnreadableRow("an order is paid by what this build does not know")
        }
        self = .purchaseOrder(number: purchaseOrderNumber)
    }
}

extension AnswerDeadline? {
    var attemptsColumn: Int32 { Int32(clamping: self?.attempts ?? 0) }

    /// From the database's clock, which also judges it.
    var dueAt: SQL { "clock_timestamp() + make_interval(secs => \(map { $0.wait / .seconds(1) }))" }
}

extension OrderProgress {
    static let columns: SQL = """
        orders.id, orders.institution_id, orders.state, orders.event_sequence, orders.parked, orders.answer_attempts,
        orders.answer_due_at IS NOT NULL AS is_waiting
        """

    init(_ row: Row) throws {
        let stateText = try row.get("state", as: String.self)
        guard let state = OrderState(rawValue: stateText) else {
            throw UnreadableRow("an order is in a state that this build does not know")
        }
        let parkedText = try row.get("parked", as: String?.self)
        let parked = try parkedText.map { text in
            guard let reason = ParkingReason(text) else {
                throw UnreadableRow("an order is parked for what this build does not know")
            }
            return reason
        }
        let attempts = try row.get("answer_attempts", as: Int32.self)
        self.init(
            orderId: try row.get("id"), institutionId: try row.get("institution_id"), state: state,
            sequence: try row.get("event_sequence"),
            parked: parked,
            waiting: try row.get("is_waiting") ? AnswerDeadline(attempts: Int(attempts)) : nil)
    }
}

extension OrderLine {
    init(_ row: Row, in currency: Currency) throws {
        self.init(
            lineId: try row.get("id"), filmId: try row.get("film_id"), title: try row.get("title"),
            price: Money(minorUnits: try row.get("price_minor_units"), currency: currency))
    }
}
