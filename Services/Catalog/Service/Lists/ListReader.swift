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
    }

    /// `{"films":[…],"next":"…"}`: summaries of the films that are for sale; `next` only where there is more.
    ///
    /// Where nothing is found as it was written, a word that no film has is taken for those that are one slip of the
    /// fingers away, and `corrected` says so: `[{"word":"almodobar","as":["almodovar"]}]`.
    func films(_ range: Range<FilmTag>, terms: SearchTerms?) async throws -> [UInt8] {
        let words = terms?.words ?? []
        let rows = try await films(range, words.map { SearchMeaning($0) })
        guard rows.isEmpty, !words.isEmpty, let meanings = try await SearchWords.meanings(of: words, in: pool),
            meanings.contains(where: \.isCorrected)
        else { return try Self.page("films", rows, range) }
        return try Self.page("films", try await films(range, meanings), range, meanings.filter(\.isCorrected))
    }

    private func films(_ range: Range<FilmTag>, _ meanings: [SearchMeaning]) async throws -> Rows {
        try await pool.query(
            """
            /* listFilms */
            SELECT sort_key, id, summary AS entry FROM films
            WHERE status = 'available' AND \(sql: SearchIndex.condition(meanings)) AND \(sql: range.condition)
            ORDER BY sort_key, id LIMIT \(range.rowsMax)
            """)
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
        return try Self.page("programmes", rows, range)
    }

    private static func page<Tag>(
        _ name: String, _ rows: Rows, _ range: Range<Tag>, _ corrected: [SearchMeaning] = []
    ) throws -> [UInt8] {
        let listed = rows.prefix(range.itemsMax)
        var writer = JSONWriter(capacity: 512 * (listed.count + 1))
        writer.beginObject()
        writer.key(name)
        writer.beginArray()
        for row in listed { writer.raw(try row.get("entry", as: JSONText.self).bytes) }
        writer.endArray()
        if rows.count > range.itemsMax, let last = listed.last {
            writer.member("next", try ListingCursor<Tag>(last).text)
        }
        if !corrected.isEmpty {
            writer.key("corrected")
            writer.value(.array(corrected.map(\.value)))
        }
        writer.endObject()
        return writer.bytes
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
