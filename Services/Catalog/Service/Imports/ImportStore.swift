internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// The SQL of an import.
enum ImportStore {
    static let oneAtATime: SQL = "/* oneImportAtATime */ SELECT revision FROM catalog_revision FOR UPDATE"

    /// What is stored under one of the ids or slugs.
    static func select<Tag>(_ table: CatalogTable, ids: [Identifier<Tag>], slugs: [Slug]) -> SQL {
        """
        /* selectForImport */
        SELECT id, slug, version, document FROM \(identifier: table.rawValue)
        WHERE id = ANY(\(ids)) OR slug = ANY(\(slugs.map(\.text)))
        """
    }

    /// Everything that changes. The rows come before their events, which are numbered behind the rows' locks.
    static func write(_ plan: CatalogImport) throws -> [SQL] {
        [try write(films: plan.films.news), write(programmes: plan.programmes.news)]
            + SearchIndex.add(plan.films.news.map(\.item)) + newRevision
    }

    /// Tells every process that what it has in memory is old.
    static let newRevision: [SQL] = [
        "/* newRevision */ UPDATE catalog_revision SET revision = revision + 1",
        "/* notifyRevision */ SELECT pg_notify(\(PageCache.changedChannel), '')",
    ]

    static func write(films news: [ItemImport<Film>.Step]) throws -> SQL {
        let summaries = try news.map { try JSON.encode(FilmSummary($0.item)) }
        return """
            /* writeFilms */
            INSERT INTO films (
                id, slug, version, status, document, summary, sort_key, search_text, facets, year, indexed_version)
            SELECT id, slug, version, status, document::json, summary::json, sort_key, search_text,
                string_to_array(facets, E'\\n'), year, version
            FROM unnest(
                \(news.map(\.item.id)), \(news.map(\.item.slug.text)), \(news.map(\.item.version)),
                \(news.map(\.item.status.rawValue)), \(news.map(\.document.text)), \(summaries.map(\.text)),
                \(news.map(\.item.sortKey)), \(news.map(\.item.searchText.text)), \(news.map(\.item.facetText)),
                \(news.map(\.item.year32))
            ) AS imported (id, slug, version, status, document, summary, sort_key, search_text, facets, year)
            ON CONFLICT (id) DO UPDATE
            SET slug = EXCLUDED.slug, version = EXCLUDED.version, status = EXCLUDED.status,
                document = EXCLUDED.document, summary = EXCLUDED.summary, sort_key = EXCLUDED.sort_key,
                search_text = EXCLUDED.search_text, facets = EXCLUDED.facets, year = EXCLUDED.year,
                indexed_version = EXCLUDED.indexed_version, changed_at = clock_timestamp()
            """
    }

    static func write(programmes news: [ItemImport<Programme>.Step]) -> SQL {
        """
        /* writeProgrammes */
        INSERT INTO programmes (id, slug, version, document, sort_key)
        SELECT id, slug, version, document::json, sort_key FROM unnest(
            \(news.map(\.item.id)), \(news.map(\.item.slug.text)), \(news.map(\.item.version)),
            \(news.map(\.document.text)), \(news.map(\.item.sortKey))
        ) AS imported (id, slug, version, document, sort_key)
        ON CONFLICT (id) DO UPDATE
        SET slug = EXCLUDED.slug, version = EXCLUDED.version, document = EXCLUDED.document,
            sort_key = EXCLUDED.sort_key, changed_at = clock_timestamp()
        """
    }
}

extension StoredItem {
    init(_ row: Row) throws {
        self.init(
            id: try row.get("id"), slug: try row.get("slug"), version: try row.get("version"),
            document: try row.get("document", as: JSONText.self).bytes)
    }
}

extension [UInt8] {
    /// JSON that was encoded here, which is always UTF-8.
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}
