internal import CheckoutDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import JSON
internal import Messaging
internal import Postgres

/// Reads invoices and credit notes.
struct InvoiceReader: Sendable {
    let pool: PostgresPool

    /// One of the kind with what has happened to it, in one round trip; nil where there is none.
    func document(_ id: InvoiceID, _ kind: BillingDocument.Kind) async throws -> IssuedDocument? {
        let rows = try await pool.unit([
            """
            /* selectDocument */
            SELECT \(sql: BillingDocument.columns), invoice_standing.balance_minor_units,
                corrected.series AS corrected_series, corrected.number AS corrected_number
            FROM billing_documents
            LEFT JOIN invoice_standing ON invoice_standing.invoice_id = billing_documents.id
            LEFT JOIN billing_documents AS corrected ON corrected.id = billing_documents.corrects
            WHERE billing_documents.id = \(id) AND billing_documents.kind = \(kind.rawValue)
            """,
            """
            /* selectPayments */
            SELECT id, amount_minor_units, currency, reference, received_on FROM payments
            WHERE invoice_id = \(id) ORDER BY id
            """,
            """
            /* selectCreditNotes */
            SELECT id, series, number, total_minor_units, currency FROM billing_documents
            WHERE order_id = (SELECT order_id FROM billing_documents WHERE id = \(id)) AND corrects = \(id)
            ORDER BY id
            """,
        ])
        guard let row = rows[0].first else { return nil }
        return try IssuedDocument(
            row, payments: try rows[1].map { try IssuedDocument.Payment($0) },
            creditNotes: try rows[2].map { try IssuedDocument.Reference($0) })
    }

    /// Which invoices are asked for.
    struct Question: Sendable {
        static let limitRange = 1...100
        static let limitUsual = 20

        enum State: String, CaseIterable, Sendable {
            case open, overdue, paid, refundDue

            fileprivate var condition: SQL {
                switch self {
                case .open: "balance_minor_units > 0"
                case .overdue:
                    "balance_minor_units > 0 AND standing.due_on < (clock_timestamp() AT TIME ZONE 'UTC')::date"
                case .paid: "balance_minor_units = 0"
                case .refundDue: "balance_minor_units < 0"
                }
            }
        }

        var scope: [InstitutionID]
        var state: State?
        var order: OrderID?
        var limit = Self.limitUsual
        var after: UUID?
    }

    /// The latest first; one more than `limit` tells that there is another page.
    func list(_ question: Question) async throws -> [Entry] {
        var conditions: [SQL] = ["kind = 'invoice'"] + question.scope.map { "institution_id = \($0)" }
        if let state = question.state { conditions.append(state.condition) }
        if let order = question.order { conditions.append("order_id = \(order)") }
        if let after = question.after { conditions.append("id < \(after)") }
        return try await pool.query(
            """
            /* listInvoices */
            SELECT id, series, number, order_id, institution_id, issued_on, standing.due_on, total_minor_units,
                balance_minor_units, currency
            FROM billing_documents JOIN invoice_standing AS standing ON invoice_id = id
            WHERE \(sql: conditions.joined(by: " AND "))
            ORDER BY id DESC LIMIT \(Int64(question.limit) + 1)
            """
        ).map { try Entry($0) }
    }

    /// An invoice in a list.
    struct Entry: Sendable {
        let id: InvoiceID
        let number: DocumentNumber
        let order: OrderID
        let institution: InstitutionID
        let issuedOn: CalendarDay
        let dueOn: CalendarDay
        let total: Money
        let balance: Money
    }
}

extension [SQL] {
    func joined(by separator: SQL) -> SQL {
        var whole: SQL = ""
        for (index, piece) in enumerated() {
            if index > 0 { whole.append(separator) }
            whole.append(piece)
        }
        return whole
    }
}

// MARK: - Rows

extension Money {
    /// From columns of a row that has its currency.
    fileprivate init(_ row: Row, _ column: String) throws {
        self.init(minorUnits: try row.get(column), currency: try Currency(try row.get("currency")))
    }
}

extension BillingDocument {
    static let columns: SQL = .trusted(
        [
            "id", "kind", "series", "number", "order_id", "institution_id", "corrects", "issued_on", "due_on",
            "currency", "content",
        ].map { "billing_documents.\($0)" }.joined(separator: ", "))

    init(_ row: Row) throws {
        guard let kind = Kind(rawValue: try row.get("kind")) else {
            throw UnreadableRow("a document is of a kind that this build does not know")
        }
        self.init(
            id: try row.get("id"), kind: kind, orderId: try row.get("order_id"),
            institutionId: try row.get("institution_id"), corrects: try row.get("corrects"),
            issuedOn: try row.get("issued_on"), dueOn: try row.get("due_on"),
            content: try JSON.decode(BillingContent.self, from: try row.get("content", as: JSONText.self).bytes))
    }
}

extension DocumentNumber {
    init(_ row: Row) throws { self.init(series: try row.get("series"), number: try row.get("number")) }
}

extension IssuedDocument {
    fileprivate init(_ row: Row, payments: [Payment], creditNotes: [Reference]) throws {
        let corrected: DocumentNumber? = try row.get("corrected_series", as: String?.self).map {
            DocumentNumber(series: $0, number: try row.get("corrected_number"))
        }
        self.init(
            document: try BillingDocument(row), number: try DocumentNumber(row),
            balance: try row.get("balance_minor_units", as: Int64?.self).map {
                Money(minorUnits: $0, currency: try Currency(try row.get("currency")))
            }, payments: payments, creditNotes: creditNotes, correctsNumber: corrected)
    }
}

extension IssuedDocument.Payment {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.get("id"), amount: try Money(row, "amount_minor_units"), reference: try row.get("reference"),
            receivedOn: try row.get("received_on"))
    }
}

extension IssuedDocument.Reference {
    init(_ row: Row) throws {
        self.init(
            id: try row.get("id"), number: try DocumentNumber(row), total: try Money(row, "total_minor_units"))
    }
}

extension InvoiceReader.Entry {
    fileprivate init(_ row: Row) throws {
        self.init(
            id: try row.get("id"), number: try DocumentNumber(row), order: try row.get("order_id"),
            institution: try row.get("institution_id"), issuedOn: try row.get("issued_on"),
            dueOn: try row.get("due_on"), total: try Money(row, "total_minor_units"),
            balance: try Money(row, "balance_minor_units"))
    }
}
