internal import CheckoutDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// The rows of quotes.
enum QuoteStore {
    /// A quote with the order that has used it, and the time.
    private static let standing: SQL = """
        SELECT quotes.id, version, institution_id, programme_id, state, bundle_minor_units, currency, valid_until,
            message, requested_at, orders.id AS used_by, clock_timestamp() AS read_at
        FROM quotes LEFT JOIN LATERAL (SELECT id FROM orders WHERE orders.quote_id = quotes.id LIMIT 1) AS orders ON true
        """

    /// - Parameter institution: nil for an operator, who sees everybody's.
    static func select(_ id: QuoteID, of institution: InstitutionID?) -> SQL {
        """
        /* selectQuote */
        \(sql: standing)
        WHERE quotes.id = \(id) AND (\(institution)::uuid IS NULL OR institution_id = \(institution))
        """
    }

    /// No row where an order names none.
    static func fact(_ id: QuoteID?, of institution: InstitutionID) -> SQL {
        "/* quoteFact */ \(sql: standing) WHERE quotes.id = \(id) AND institution_id = \(institution)"
    }

    /// In the order of the requests.
    /// - Parameters:
    ///   - institution: nil for an operator, who sees everybody's.
    ///   - asked: only this one's.
    static func list(
        of institution: InstitutionID?, asked: InstitutionID?, state: Quote.State?, _ page: PageQuery<QuoteTag>
    ) -> SQL {
        """
        /* listQuotes */
        \(sql: standing)
        WHERE (\(page.after)::uuid IS NULL OR quotes.id > \(page.after))
            AND (\(institution)::uuid IS NULL OR institution_id = \(institution))
            AND (\(asked)::uuid IS NULL OR institution_id = \(asked))
            AND (\(state?.rawValue)::text IS NULL OR state = \(state?.rawValue))
        ORDER BY quotes.id LIMIT \(page.rowsMax)
        """
    }

    /// Whoever offers holds it to the end of the transaction.
    static func hold(_ id: QuoteID) -> SQL { "/* holdQuote */ SELECT FROM quotes WHERE id = \(id) FOR UPDATE" }

    static func write(new quote: Quote) -> SQL {
        """
        /* insertQuote */
        INSERT INTO quotes (id, version, institution_id, programme_id, state, message)
        VALUES (\(quote.id), \(quote.version), \(quote.institutionId), \(quote.programmeId), \(quote.state.rawValue),
                \(quote.message))
        """
    }

    static func write(offered quote: Quote) -> SQL {
        """
        /* offerQuote */
        UPDATE quotes SET version = \(quote.version), state = \(quote.state.rawValue),
            bundle_minor_units = \(quote.offer?.bundle.minorUnits), currency = \(quote.offer?.bundle.currency.text),
            valid_until = \(quote.offer?.validUntil)
        WHERE id = \(quote.id)
        """
    }
}

/// A quote's row, with what only a page shows.
struct QuoteRow: Sendable {
    let standing: QuoteStanding
    let requestedAt: Instant

    init(_ row: Row) throws {
        let quote = Quote(
            id: try row.get("id"), version: try row.get("version"), institutionId: try row.get("institution_id"),
            programmeId: try row.get("programme_id"), message: try row.get("message"), offer: try Self.offer(row))
        standing = QuoteStanding(quote: quote, usedBy: try row.get("used_by"), readAt: try row.get("read_at"))
        requestedAt = try row.get("requested_at")
    }

    private static func offer(_ row: Row) throws -> Quote.Offer? {
        switch try row.get("state", as: String.self) {
        case Quote.State.requested.rawValue: return nil
        case Quote.State.offered.rawValue:
            let bundle = Money(
                minorUnits: try row.get("bundle_minor_units"), currency: try Currency(try row.get("currency")))
            return Quote.Offer(bundle: bundle, validUntil: try row.get("valid_until"))
        default: throw UnreadableRow("a quote is in a state that this build does not know")
        }
    }
}
