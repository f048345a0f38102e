internal import CatalogDomain
internal import FilmClubModel
internal import Messaging
internal import Postgres

/// The words that films are found by, so that one with a typing error finds the one that was meant.
enum SearchWords {
    /// Adds the words of these search texts. Words are never taken away: one that no film has any more finds nothing.
    /// Only under the lock of an import, so that no two wait for each other's words.
    static func add(_ texts: [String]) -> SQL {
        """
        /* addSearchWords */
        WITH found AS (
            SELECT DISTINCT word FROM unnest(\(texts)) AS text, unnest(string_to_array(ltrim(text), ' ')) AS word
        ), fresh AS (
            INSERT INTO search_words SELECT word FROM found ON CONFLICT DO NOTHING RETURNING word
        )
        INSERT INTO search_shortened (shortened, word)
        SELECT DISTINCT shortened, word FROM fresh, LATERAL (
            SELECT word AS shortened
            UNION ALL
            SELECT substr(word, 1, place - 1) || substr(word, place + 1) FROM generate_series(1, length(word)) AS place
        ) AS variants
        WHERE length(word) BETWEEN \(Int32(Spelling.lettersRange.lowerBound))
                AND \(Int32(Spelling.lettersRange.upperBound + 1))
            AND word ~ '[^0-9]'
        ON CONFLICT DO NOTHING
        """
    }

    /// What each of the words may mean: itself where a film's word begins so, else the words that are one slip of the
    /// fingers away. Nil where one of them means nothing, or all of them mean themselves.
    static func correction(of words: [String], in pool: PostgresPool) async throws -> [SearchMeaning]? {
        let known = Set(try await pool.query(knownWords(words)).map { try $0.get(0, as: String.self) })
        let unknown = Set(words).subtracting(known).filter(Spelling.isCorrected)
        let meant = try await unknown.isEmpty ? [:] : meant(by: unknown, in: pool)
        guard !meant.isEmpty else { return nil }
        var meanings: [SearchMeaning] = []
        for word in words {
            if known.contains(word) {
                meanings.append(SearchMeaning(word))
            } else if let found = meant[word] {
                meanings.append(SearchMeaning(word, takenFor: found))
            } else {
                return nil
            }
        }
        return meanings
    }

    /// In the order of their bytes, all words that begin so stand together.
    private static func knownWords(_ words: [String]) -> SQL {
        """
        /* knownWords */
        SELECT asked FROM unnest(\(words)) AS asked
        WHERE EXISTS (
            SELECT FROM search_words WHERE word >= asked COLLATE "C" AND word < (asked || chr(1114111)) COLLATE "C")
        """
    }

    private static func meant(by words: Set<String>, in pool: PostgresPool) async throws -> [String: [String]] {
        let asked = words.flatMap { word in Spelling.shortened(word).map { (word: word, shortened: $0) } }
        let rows = try await pool.query(
            """
            /* similarWords */
            SELECT DISTINCT asked COLLATE "C" AS asked, word
            FROM unnest(\(asked.map(\.word)), \(asked.map(\.shortened))) AS variant (asked, shortened)
            JOIN search_shortened AS known ON known.shortened = variant.shortened COLLATE "C"
            ORDER BY asked, word
            """)
        var meant: [String: [String]] = [:]
        for row in rows {
            let (asked, word) = try row.decode(String.self, String.self)
            if Spelling.isOneSlip(asked, from: word) { meant[asked, default: []].append(word) }
        }
        return meant.mapValues { Array($0.prefix(Spelling.meantMax)) }
    }
}
