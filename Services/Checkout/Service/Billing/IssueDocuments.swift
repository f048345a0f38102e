internal import CheckoutDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import JSON
internal import Postgres

/// The statements that issue documents: their numbers, the ledger's entries, and what is owed.
///
/// A number comes from its series' row, which stays locked until the transaction ends: numbers have no gap, because a
/// rollback gives them back, and nobody sees one that is not committed. So these statements are the last of their
/// transaction, and their callers hold the orders' rows: an order gets its one invoice.
enum IssueDocuments {
    static func statements(_ documents: [BillingDocument]) throws -> [SQL] {
        guard !documents.isEmpty else { return [] }
        let postings = documents.map { LedgerPosting(id: $0.id.uuid, order: $0.orderId, entries: $0.posting) }
        let invoices = documents.filter { $0.kind == .invoice }
        let standing: SQL = """
            /* openInvoices */
            INSERT INTO invoice_standing (invoice_id, balance_minor_units, due_on)
            SELECT * FROM unnest(
                \(invoices.map(\.id)), \(invoices.map(\.content.total.minorUnits)), \(invoices.map(\.dueOn)))
            """
        return [try number(documents), standing, LedgerPosting.append(postings)]
    }

    private static func number(_ documents: [BillingDocument]) throws -> SQL {
        """
        /* issueDocuments */
        WITH draft AS (
            SELECT *, row_number() OVER (PARTITION BY series ORDER BY position) AS place,
                count(*) OVER (PARTITION BY series) AS series_count
            FROM unnest(
                \(documents.map(\.id)), \(documents.map(\.kind.rawValue)), \(documents.map(\.series)),
                \(documents.map(\.orderId)), \(documents.map(\.institutionId)), \(documents.map(\.corrects)),
                \(documents.map(\.issuedOn)), \(documents.map(\.dueOn)),
                \(documents.map(\.content.total.minorUnits)), \(documents.map(\.content.total.currency.text)),
                \(try documents.map { JSONText(try JSON.encode($0.content)) })
            ) WITH ORDINALITY AS draft
                (id, kind, series, order_id, institution_id, corrects, issued_on, due_on, total, currency, content,
                 position)
        ), counted AS (
            INSERT INTO invoice_series (series, last_number)
            SELECT series, count(*) FROM draft GROUP BY series ORDER BY series
            ON CONFLICT (series) DO UPDATE SET last_number = invoice_series.last_number + EXCLUDED.last_number
            RETURNING series, last_number
        )
        INSERT INTO billing_documents
            (id, kind, series, number, order_id, institution_id, corrects, issued_on, due_on, total_minor_units,
             currency, content)
        SELECT id, kind, series, last_number - series_count + place, order_id, institution_id, corrects, issued_on,
            due_on, total, currency, content
        FROM draft JOIN counted USING (series)
        ORDER BY position
        """
    }
}

/// The entries of one document or payment.
struct LedgerPosting: Sendable {
    /// Of the document or payment.
    let id: UUID
    let order: OrderID
    let entries: [LedgerEntry]

    static func append(_ postings: [LedgerPosting]) -> SQL {
        let all = postings.flatMap { posting in
            posting.entries.enumerated().map { (posting, Int32(clamping: $0 + 1), $1) }
        }
        return """
            /* postEntries */
            INSERT INTO ledger_entries (document_id, position, order_id, account, amount_minor_units, currency)
            SELECT * FROM unnest(
                \(all.map(\.0.id)), \(all.map(\.1)), \(all.map(\.0.order)), \(all.map(\.2.account.rawValue)),
                \(all.map(\.2.amount.minorUnits)), \(all.map(\.2.amount.currency.text)))
            """
    }
}
