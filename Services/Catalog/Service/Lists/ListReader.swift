internal import CatalogDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import JSON
internal import Postgres

/// Reads a page of a list, in the order of the folded titles and then the ids. A page begins behind the cursor, so
/// nothing is repeated or left out, whatever is imported between two pages.
struct ListReader: Sendable {
    let pool: PostgresPool

    struct Range<Tag: Sendable>: Sendable {
        var itemsMax: Int
        var after: ListingCursor<Tag>?
        /// The text of the list's filters, which its cursors belong to.
        var list = ""
    }

    /// `{"films":[…],"next":"…"}`: summaries of the films that are for sale; `next` only where there is more.
    ///
    /// Where nothing is found as it was written, a word that no film has is taken for those that are one slip of the
    /// fingers away, and `corrected` says so: `[{"word":"almodobar","as":["almodovar"]}]`.
    ///
    /// With `facets` where they are asked for: `{"country":[{"value":"ES","count":41}],…}`.
    func films(_ range: Range<FilmTag>, _ filter: FilmFilter, withFacets: Bool) async throws -> [UInt8] {
        var meanings = filter.words.map { SearchMeaning($0) }
        var rows = try await films(range, filter, meanings)
        if rows.isEmpty, !filter.words.isEmpty,
            let correction = try await SearchWords.correction(of: filter.words, in: pool)
        {
            meanings = correction
            rows = try await films(range, filter, meanings)
        }
        let facets = withFacets ? try await facets(filter, meanings) : nil
        return try Self.page("films", rows, range) { writer in
            let corrected = meanings.filter(\.isCorrected)
            if !corrected.isEmpty { writer.member("corrected", .array(corrected.map(\.value))) }
            if let facets { writer.member("facets", facets) }
        }
    }

    private func films(
        _ range: Range<FilmTag>, _ filter: FilmFilter, _ meanings: [SearchMeaning]
    ) async throws -> Rows {
        let condition = SearchIndex.condition(filter, meanings)
        guard !meanings.isEmpty else {
            return try await pool.query(
                """
                /* listFilms */
                SELECT sort_key, id, summary AS entry FROM films
                WHERE \(sql: condition) AND \(sql: range.condition)
                ORDER BY sort_key, id LIMIT \(range.rowsMax)
                """)
        }
        // Materialised: how many films have a word the planner cannot guess, and it would rather look at all of them in
        // the order of their titles, in the hope of a full page.
        return try await pool.query(
            """
            /* searchFilms */
            WITH found AS MATERIALIZED (SELECT sort_key, id FROM films WHERE \(sql: condition)), page AS (
                SELECT id FROM found WHERE \(sql: range.condition) ORDER BY sort_key, id LIMIT \(range.rowsMax)
            )
            SELECT sort_key, id, summary AS entry FROM films JOIN page USING (id) ORDER BY sort_key, id
            """)
    }

    private func facets(_ filter: FilmFilter, _ meanings: [SearchMeaning]) async throws -> JSONValue {
        var values: [String: [JSONValue]] = [:]
        for row in try await pool.query(SearchIndex.countFacets(filter, meanings)) {
            let (facet, label, count) = try row.decode(String.self, String.self, Int64.self)
            values[facet, default: []].append(["value": .string(label), "count": .integer(count)])
        }
        return .object(JSONObject(Facet.allCases.map { ($0.rawValue, .array(values[$0.rawValue] ?? [])) }))
    }

    /// `{"programmes":[…],"next":"…"}`: whole programmes.
    func programmes(_ range: Range<ProgrammeTag>) async throws -> [UInt8] {
        let rows = try await pool.query(
            """
            /* listProgrammes */
            SELECT sort_key, id, document AS entry FROM programmes
            WHERE \(sql: range.condition)
            ORDER BY sort_key, id LIMIT \(range.rowsMax)
            """)
        return try Self.page("programmes", rows, range) { _ in }
    }

    private static func page<Tag>(
        _ name: String, _ rows: Rows, _ range: Range<Tag>, ending: (inout JSONWriter) -> Void
    ) throws -> [UInt8] {
        let listed = rows.prefix(range.itemsMax)
        var writer = JSONWriter(capacity: 512 * (listed.count + 1))
        writer.beginObject()
        writer.key(name)
        writer.beginArray()
        for row in listed { writer.raw(try row.get("entry", as: JSONText.self).bytes) }
        writer.endArray()
        if rows.count > range.itemsMax, let last = listed.last {
            writer.member("next", try ListingCursor<Tag>(last).text(in: range.list))
        }
        ending(&writer)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ key: String, _ value: JSONValue) {
        self.key(key)
        self.value(value)
    }
}

extension ListReader.Range {
    /// One more than asked for tells whether there is a next page.
    fileprivate var rowsMax: Int64 { Int64(itemsMax) + 1 }

    fileprivate var condition: SQL {
        guard let after else { return "true" }
        return "(sort_key, id) > (\(after.sortKey), \(after.id.uuid))"
    }
}

extension ListingCursor {
    fileprivate init(_ row: Row) throws {
        self.init(sortKey: try row.get("sort_key"), id: Identifier(try row.get("id", as: UUID.self)))
    }
}

extension SearchMeaning {
    fileprivate var value: JSONValue { ["word": .string(asked), "as": .array(words.map(JSONValue.string))] }
}
