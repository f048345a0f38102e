internal import CatalogDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// What is drawn from films so that they are found.
enum SearchIndex {
    static let filmsPerSweep: Int32 = 500

    /// Draws it from the films that a build without it has written; returns when there are none.
    static func makeUp(in pool: PostgresPool) async throws {
        while try await makeUpSome(in: pool) {}
    }

    private static func makeUpSome(in pool: PostgresPool) async throws -> Bool {
        guard try await !pool.query(notIndexed).isEmpty else { return false }
        return try await pool.withTransaction { transaction in
            let rows = try await transaction.unit([ImportStore.oneAtATime, notIndexed])[1]
            _ = try await transaction.unit([
                SearchWords.add(try rows.map { try $0.get("search_text") }),
                """
                /* indexFilms */
                UPDATE films SET indexed_version = version
                WHERE id = ANY(\(try rows.map { try $0.get("id", as: FilmID.self) }))
                """,
            ])
            return true
        }
    }

    private static let notIndexed: SQL = """
        /* filmsNotIndexed */
        SELECT id, search_text FROM films WHERE indexed_version IS DISTINCT FROM version LIMIT \(filmsPerSweep)
        """

    /// The films that have, for each of these, a word that begins so.
    static func condition(_ meanings: [SearchMeaning]) -> SQL {
        guard !meanings.isEmpty else { return "true" }
        let query = meanings.map { meaning in
            "(" + meaning.words.map { "'\($0)':*" }.joined(separator: " | ") + ")"
        }
        return """
            array_to_tsvector(string_to_array(ltrim(search_text), ' ')) @@ \(query.joined(separator: " & "))::tsquery
            """
    }
}
