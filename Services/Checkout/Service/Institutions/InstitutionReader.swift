internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// What is read of institutions.
struct InstitutionReader: Sendable {
    static let historyMax = 100

    let pool: PostgresPool

    func institution(_ id: InstitutionID) async throws -> Institution? {
        try await pool.query(InstitutionStore.select(id)).first.map { try Institution($0) }
    }

    /// What the list is asked for.
    struct Question: Sendable {
        static let limitRange = 1...200
        static let limitUsual = 50
        static let textScalarsMax = 100

        /// A part of the name, in any case.
        var text: String?
        var isVerified: Bool?
        var after: InstitutionID?
        var limit = limitUsual
    }

    /// In the order of their ids, one more than was asked for where there are more.
    func list(_ question: Question) async throws -> [Institution] {
        try await pool.query(
            """
            /* listInstitutions */
            SELECT \(sql: Institution.columns) FROM institutions
            WHERE (\(question.after)::uuid IS NULL OR id > \(question.after))
                AND (\(question.isVerified)::boolean IS NULL OR verified = \(question.isVerified))
                AND (\(question.text)::text IS NULL OR position(lower(\(question.text)) IN lower(name)) > 0)
            ORDER BY id LIMIT \(Int64(question.limit) + 1)
            """
        ).map { try Institution($0) }
    }

    /// The latest decisions, the last one first, as JSON; nil where there is no such institution.
    /// - Parameter isForOperators: with who decided.
    func history(of id: InstitutionID, isForOperators: Bool) async throws -> [UInt8]? {
        let rows = try await pool.unit([
            InstitutionStore.select(id),
            """
            /* verificationHistory */
            SELECT id, decision, reason, decided_by, decided_at FROM institution_verifications
            WHERE institution_id = \(id) ORDER BY id DESC LIMIT \(Int64(Self.historyMax))
            """,
        ])
        guard !rows[0].isEmpty else { return nil }
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.key("verifications")
        writer.beginArray()
        for row in rows[1] {
            writer.beginObject()
            writer.member("id", try row.get("id", as: EventID.self).text)
            writer.member("decision", try row.get("decision", as: String.self))
            writer.member("reason", try row.get("reason", as: String.self))
            writer.member("decidedAt", try row.get("decided_at", as: Instant.self).text)
            if isForOperators { writer.member("decidedBy", try row.get("decided_by", as: String.self)) }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
