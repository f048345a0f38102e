internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// What is staged of one list, beside what is stored. Decided in SQL, so that what has not changed is never fetched, and
/// page by page, so that no statement is long and no more is in memory than a page.
struct ImportRunItems<Item: CatalogItem>: Sendable {
    let run: ImportRunID
    let table: CatalogTable

    static var itemsPerPage: Int32 { 200 }

    /// Where a page ended.
    struct Place: Sendable {
        var part: Int32 = -1
        var place: Int32 = -1
    }

    // MARK: - What is wrong

    /// Ids and slugs that are there twice, and slugs of stored items that the run does not hold.
    func problems(in transaction: PostgresTransaction) async throws -> [ImportProblem] {
        let rows = try await transaction.unit([repeats, takenSlugs])
        return try rows[0].map { try Self.repeated($0) }
            + rows[1].map { row in
                .slugTaken(
                    try row.get("slug"), at: try row.get("index"), in: Item.self, by: try row.get("owner"))
            }
    }

    private var repeats: SQL {
        """
        /* repeatsInRun */
        WITH item AS (
            SELECT id, slug, row_number() OVER (ORDER BY part, place) - 1 AS index
            FROM import_items WHERE run_id = \(run) AND list = \(table.rawValue)
        ), seen AS (
            SELECT id, slug, index, min(index) OVER (PARTITION BY id) AS first_id,
                min(index) OVER (PARTITION BY slug) AS first_slug
            FROM item
        )
        SELECT 'id' AS field, id::text AS value, index, first_id AS first FROM seen WHERE first_id < index
        UNION ALL
        SELECT 'slug', slug, index, first_slug FROM seen WHERE first_slug < index
        ORDER BY index, field LIMIT \(Int32(ImportDocument.problemsMax))
        """
    }

    private static func repeated(_ row: Row) throws -> ImportProblem {
        let (field, value, index, first) = try row.decode(String.self, String.self, Int.self, Int.self)
        return .repeated(value, field, of: Item.noun, in: Item.listName, at: index, first: first)
    }

    /// Materialised: without statistics of a table this young, the planner would rather ask for each item.
    private var takenSlugs: SQL {
        """
        /* takenSlugs */
        WITH taken AS MATERIALIZED (
            SELECT item.part, item.place, item.slug, stored.id AS owner
            FROM import_items AS item JOIN \(identifier: table.rawValue) AS stored USING (slug)
            WHERE item.run_id = \(run) AND item.list = \(table.rawValue) AND stored.id <> item.id
        ), lasting AS MATERIALIZED (
            SELECT * FROM taken WHERE NOT EXISTS (
                SELECT FROM import_items AS other
                WHERE other.run_id = \(run) AND other.list = \(table.rawValue) AND other.id = taken.owner)
            ORDER BY part, place LIMIT \(Int32(ImportDocument.problemsMax))
        )
        SELECT slug, owner, (
            SELECT count(*) FROM import_items AS earlier
            WHERE earlier.run_id = \(run) AND earlier.list = \(table.rawValue)
                AND (earlier.part, earlier.place) < (lasting.part, lasting.place)) AS index
        FROM lasting ORDER BY index
        """
    }

    // MARK: - What it means

    /// One item beside what is stored.
    struct Verdict: Sendable {
        let place: Place
        let change: ItemChange
        /// Of what is stored; nil where nothing is.
        let storedVersion: Int64?
        /// As version 1. Nil where it was not asked for, or has not changed.
        let document: [UInt8]?
    }

    /// The next items in the run's order, none when they are through.
    ///
    /// A stored document begins with its id and version, as every encoder of ours writes it; what follows is compared
    /// byte for byte. One that began otherwise would count as changed.
    func page(after place: Place, withDocuments: Bool) -> SQL {
        """
        /* importRunPage */
        SELECT item.part, item.place, stored.version AS stored_version,
            CASE WHEN stored.id IS NULL THEN 'created' WHEN same.holds THEN 'unchanged' ELSE 'changed' END AS change,
            CASE WHEN \(withDocuments) AND same.holds IS NOT TRUE THEN item.document END AS document
        FROM (
            SELECT part, place, id, document FROM import_items
            WHERE run_id = \(run) AND list = \(table.rawValue) AND (part, place) > (\(place.part), \(place.place))
            ORDER BY part, place LIMIT \(Self.itemsPerPage)
        ) AS item
        LEFT JOIN \(identifier: table.rawValue) AS stored USING (id)
        CROSS JOIN LATERAL (
            SELECT item.document::text = concat('{"id":"', stored.id, '","version":1') || substr(
                stored.document::text, length(concat('{"id":"', stored.id, '","version":', stored.version)) + 1
            ) AS holds
        ) AS same
        ORDER BY item.part, item.place
        """
    }

    static func verdict(_ row: Row) throws -> Verdict {
        let change: String = try row.get("change")
        guard let known = ItemChange(rawValue: change) else { throw UnreadableRow("\(change) is no change") }
        return Verdict(
            place: Place(part: try row.get("part"), place: try row.get("place")), change: known,
            storedVersion: try row.get("stored_version"), document: try row.get("document", as: JSONText?.self)?.bytes)
    }

    /// What is written for a verdict that is news.
    static func step(_ verdict: Verdict, index: Int) throws -> ItemImport<Item>.Step? {
        guard verdict.change != .unchanged, let document = verdict.document else { return nil }
        var item = try JSON.decode(Item.self, from: document, limits: ImportRunLimits.documentLimits)
        guard let storedVersion = verdict.storedVersion else {
            return ItemImport.Step(index: index, change: .created, item: item, document: document)
        }
        item.version = storedVersion + 1
        return ItemImport.Step(index: index, change: .changed, item: item, document: try JSON.encode(item))
    }
}

extension ImportRunLimits {
    static let documentLimits = JSONLimits(bytesMax: Topic.bodyBytesMax)
}
