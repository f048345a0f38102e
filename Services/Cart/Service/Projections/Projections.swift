internal import CartDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// What cart knows of films, programmes and institutions: its own copy, so that a stopped catalog or checkout keeps
/// nobody from choosing.
enum Projections {
    // MARK: - Writing

    static func write(_ films: [Film]) throws -> SQL {
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

    static func write(_ programmes: [Programme]) throws -> SQL {
        let programmes = programmes.newest(\.id)
        return """
            /* projectProgrammes */
            INSERT INTO programme_projection (id, slug, version, programme)
            SELECT * FROM unnest(
                \(programmes.map(\.id)), \(programmes.map(\.slug)), \(programmes.map(\.version)),
                \(try programmes.map { JSONText(try JSON.encode($0)) }))
            ON CONFLICT (id) DO UPDATE
            SET slug = EXCLUDED.slug, version = EXCLUDED.version, programme = EXCLUDED.programme
            WHERE programme_projection.version < EXCLUDED.version
            """
    }

    static func write(_ institutions: [Institution]) throws -> SQL {
        let institutions = institutions.newest(\.id)
        return """
            /* projectInstitutions */
            INSERT INTO institution_projection (id, version, institution)
            SELECT * FROM unnest(
                \(institutions.map(\.id)), \(institutions.map(\.version)),
                \(try institutions.map { JSONText(try JSON.encode($0)) }))
            ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, institution = EXCLUDED.institution
            WHERE institution_projection.version < EXCLUDED.version
            """
    }

    // MARK: - Reading

    static func institution(_ id: InstitutionID) -> SQL {
        "/* readInstitution */ SELECT institution AS document FROM institution_projection WHERE id = \(id)"
    }

    static func programme(_ id: ProgrammeID) -> SQL {
        "/* readProgramme */ SELECT programme AS document FROM programme_projection WHERE id = \(id)"
    }

    static func programme(slug: Slug) -> SQL {
        "/* readProgrammeBySlug */ SELECT programme AS document FROM programme_projection WHERE slug = \(slug)"
    }

    static func films(_ ids: [FilmID]) -> SQL {
        "/* readFilms */ SELECT film AS document FROM film_projection WHERE id = ANY(\(ids))"
    }

    static func decode<Value: Decodable>(_ rows: Rows, as type: Value.Type) throws -> [Value] {
        try rows.map { try JSON.decode(Value.self, from: $0.get("document", as: JSONText.self).bytes) }
    }
}
