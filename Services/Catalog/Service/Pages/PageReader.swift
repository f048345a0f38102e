internal import CatalogDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import Postgres
internal import ServiceShell

/// Finds a page by its id or slug: in memory, else in the database.
struct PageReader: Sendable {
    let pool: PostgresPool
    let cache: PageCache
    let meters: CatalogMeters

    /// Without waiting: nearly every page that is asked for. Nil says nothing about what the database has.
    func pageInMemory(_ table: CatalogTable, named name: String) -> Page? {
        guard let page = cache.page(table, name) else { return nil }
        meters.pagesFromMemory.increment()
        return page
    }

    /// Nil where nothing has that id or slug, and for what can be neither.
    func pageInDatabase(_ table: CatalogTable, named name: String) async throws -> Page? {
        guard let condition = Self.condition(name) else { return nil }
        let era = cache.era
        let rows = try await pool.query(
            """
            /* findPage */
            SELECT id, slug, version, document FROM \(identifier: table.rawValue) WHERE \(sql: condition)
            """)
        guard let row = rows.first else { return nil }
        let id = try row.get("id", as: UUID.self).canonicalText
        let page = Page(
            id: id, version: try row.get("version"), document: try row.get("document", as: JSONText.self).bytes)
        cache.keep(page, table, id: id, slug: try row.get("slug"), readIn: era)
        meters.pagesFromDatabase.increment()
        return page
    }

    /// No slug looks like an id.
    private static func condition(_ name: String) -> SQL? {
        if let id = try? FilmID(name) { return "id = \(id.uuid)" }
        if let slug = try? Slug(name) { return "slug = \(slug.text)" }
        return nil
    }
}
