internal import CheckoutDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// What orders are decided by, as rows: institutions and taxes, which are ours, and what the catalog has told of films
/// and programmes.
struct ProjectionStore: Sendable {
    let pool: PostgresPool

    struct Everything: Sendable {
        var institutions: [Institution]
        var programmes: [Programme]
        var films: [Film]
        var taxes: TaxTable
    }

    func everything() async throws -> Everything {
        let rows = try await pool.unit([
            "/* allInstitutions */ SELECT \(sql: Institution.columns) FROM institutions",
            "/* allProgrammes */ SELECT programme FROM programme_projection",
            "/* allFilms */ SELECT film FROM film_projection",
            TaxTable.select,
        ])
        return Everything(
            institutions: try rows[0].map { try Institution($0) },
            programmes: try rows[1].map { try Programme(projected: $0) },
            films: try rows[2].map { try Film(projected: $0) }, taxes: try TaxTable(rows[3]))
    }

    /// The statements that read what a request names, and how their rows are the facts.
    static func select(for request: OrderRequest, of institution: InstitutionID) -> [SQL] {
        [
            "/* institutionFact */ SELECT \(sql: Institution.columns) FROM institutions WHERE id = \(institution)",
            select(request.programmeId),
            "/* filmFacts */ SELECT film FROM film_projection WHERE id = ANY(\(request.filmIds))",
            TaxTable.select, GrantStore.fact(request.grantId, of: institution),
            QuoteStore.fact(request.quote?.id, of: institution),
        ]
    }

    static func select(_ programme: ProgrammeID) -> SQL {
        "/* programmeFact */ SELECT programme FROM programme_projection WHERE id = \(programme)"
    }

    static func facts(_ rows: ArraySlice<Rows>) throws -> OrderingFacts {
        let rows = Array(rows)
        let films = try rows[2].map { try Film(projected: $0) }
        return OrderingFacts(
            institution: try rows[0].first.map { try Institution($0) },
            programme: try rows[1].first.map { try Programme(projected: $0) },
            films: Dictionary(films.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }),
            taxes: try TaxTable(rows[3]), grant: try rows[4].first.map { try GrantRow($0).standing },
            quote: try rows[5].first.map { try QuoteRow($0).standing })
    }

    // MARK: - Writing

    /// Newer versions replace older ones; a film that is told again changes nothing.
    static func project(_ films: [Film]) throws -> SQL {
        let films = films.newest(\.id)
        return """
            /* projectFilms */
            INSERT INTO film_projection (id, version, film)
            SELECT * FROM unnest(
                \(films.map(\.id)), \(films.map(\.version)),
                \(try films.map { JSONText(try JSON.encode($0.forDeciding)) }))
            ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, film = EXCLUDED.film
            WHERE film_projection.version < EXCLUDED.version
            """
    }

    /// As they were told, with what this build does not know of: a later one will.
    static func project(_ told: [ToldProgramme]) -> SQL {
        let told = told.newest(\.programme.id)
        return """
            /* projectProgrammes */
            INSERT INTO programme_projection (id, version, programme)
            SELECT id, version, event -> 'programme' FROM unnest(
                \(told.map(\.programme.id)), \(told.map(\.version)), \(told.map(\.event))
            ) AS told (id, version, event)
            ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, programme = EXCLUDED.programme
            WHERE programme_projection.version < EXCLUDED.version
            """
    }
}

/// A programme, and the body of the event that told of it.
struct ToldProgramme: Versioned, Sendable {
    var programme: Programme
    let event: JSONText

    var version: Int64 {
        get { programme.version }
        set { programme.version = newValue }
    }
}

// MARK: - Rows and values

extension Programme {
    init(projected row: Row) throws {
        self = try JSON.decode(Programme.self, from: try row.get("programme", as: JSONText.self).bytes)
    }
}

extension Film {
    init(projected row: Row) throws {
        self = try JSON.decode(Film.self, from: try row.get("film", as: JSONText.self).bytes)
    }
}
