internal import FilmClubModel
internal import Messaging
internal import Postgres

/// What streaming keeps of an institution: where it is now. Its orders carry all else as it was.
enum InstitutionProjection {
    /// Newer versions replace older ones.
    static func project(_ institutions: [Institution]) -> SQL {
        let newest = institutions.newest(\.id)
        return """
            /* projectInstitutions */
            INSERT INTO institution_projection (id, version, territory)
            SELECT * FROM unnest(\(newest.map(\.id)), \(newest.map(\.version)), \(newest.map(\.territory)))
            ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, territory = EXCLUDED.territory
            WHERE institution_projection.version < EXCLUDED.version
            """
    }
}
