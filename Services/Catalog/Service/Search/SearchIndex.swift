internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// What is drawn from films so that they are found.
enum SearchIndex {
    /// What the films' rows do not hold themselves.
    static func add(_ films: [Film]) -> [SQL] {
        [SearchWords.add(films.map(\.searchText.text)), addLabels(films.flatMap(\.facetValues))]
    }

    private static func addLabels(_ values: [FacetValue]) -> SQL {
        let labels = Dictionary(values.map { ($0.key, $0.label) }, uniquingKeysWith: { _, last in last })
        return """
            /* addFacetLabels */
            INSERT INTO facet_labels SELECT * FROM unnest(\(Array(labels.keys)), \(Array(labels.values)))
            ON CONFLICT (key) DO UPDATE SET label = EXCLUDED.label WHERE facet_labels.label <> EXCLUDED.label
            """
    }

    // MARK: - Films of an older build

    static let filmsPerSweep: Int32 = 100

    /// Draws it from the films that a build without it has written; returns when there are none.
    static func makeUp(in pool: PostgresPool) async throws {
        while try await makeUpSome(in: pool) {}
    }

    private static func makeUpSome(in pool: PostgresPool) async throws -> Bool {
        guard try await !pool.query(notIndexed).isEmpty else { return false }
        return try await pool.withTransaction { transaction in
            let rows = try await transaction.unit([ImportStore.oneAtATime, notIndexed])[1]
            let films = try rows.map { row in
                try JSON.decode(
                    Film.self, from: row.get("document", as: JSONText.self).bytes,
                    limits: ImportRunLimits.documentLimits)
            }
            _ = try await transaction.unit(
                add(films) + [
                    """
                    /* indexFilms */
                    UPDATE films SET indexed_version = version, year = drawn.year,
                        facets = string_to_array(drawn.facets, E'\\n')
                    FROM unnest(\(films.map(\.id)), \(films.map(\.year32)), \(films.map(\.facetText)))
                        AS drawn (id, year, facets)
                    WHERE films.id = drawn.id
                    """
                ])
            return true
        }
    }

    private static let notIndexed: SQL = """
        /* filmsNotIndexed */
        SELECT document FROM films WHERE indexed_version IS DISTINCT FROM version LIMIT \(filmsPerSweep)
        """

    // MARK: - Finding

    /// The films that the filter shows, its words taken for `meanings`.
    static func condition(_ filter: FilmFilter, _ meanings: [SearchMeaning]) -> SQL {
        var condition: SQL = "status = 'available'"
        if !meanings.isEmpty {
            let query = meanings.map { meaning in
                "(" + meaning.words.map { "'\($0)':*" }.joined(separator: " | ") + ")"
            }.joined(separator: " & ")
            condition.append(" AND words @@ \(query)::tsquery")
        }
        for facet in FilmFilter.named {
            if let keys = filter.chosen[facet] { condition.append(" AND facets && \(keys.sorted())") }
        }
        if let years = filter.years {
            condition.append(" AND year BETWEEN \(Int32(years.lowerBound)) AND \(Int32(years.upperBound))")
        }
        return condition
    }

    /// How many values of a facet are counted.
    static let valuesPerFacet: Int32 = 50

    /// The values of each facet with the most films, counted over what the list shows; of a facet that is chosen from,
    /// over what it would show if nothing of it were, so that a value beside the chosen one tells what it would add.
    static func countFacets(_ filter: FilmFilter, _ meanings: [SearchMeaning]) -> SQL {
        var counted = count(Facet.allCases.filter { !filter.chooses($0) }, filter, meanings)
        for facet in Facet.allCases where filter.chooses(facet) {
            counted.append(" UNION ALL \(sql: count([facet], filter.without(facet), meanings))")
        }
        return """
            /* countFacets */
            WITH counted AS (\(sql: counted)), ranked AS (
                SELECT facet, key, count, row_number() OVER (PARTITION BY facet ORDER BY count DESC, key) AS place
                FROM counted
            )
            SELECT facet, label, count FROM ranked JOIN facet_labels USING (key)
            WHERE place <= \(valuesPerFacet) ORDER BY place
            """
    }

    private static func count(_ facets: [Facet], _ filter: FilmFilter, _ meanings: [SearchMeaning]) -> SQL {
        """
        SELECT split_part(key, ' ', 1) AS facet, key, count(*) AS count FROM films, unnest(facets) AS key
        WHERE \(sql: condition(filter, meanings)) AND split_part(key, ' ', 1) = ANY(\(facets.map(\.rawValue)))
        GROUP BY key
        """
    }
}

extension Film {
    /// Its facets' keys, a line each.
    var facetText: String { facetValues.map(\.key).joined(separator: "\n") }
    var year32: Int32? { year.flatMap { Int32(exactly: $0) } }
}
