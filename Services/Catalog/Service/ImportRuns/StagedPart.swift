internal import CatalogDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import JSON
internal import Messaging
internal import Postgres

/// One part of an import run, read and in itself without contradiction, as it is laid down until the run is applied.
struct StagedPart: Sendable {
    /// A row of import_items but its run and part.
    private struct Item: Sendable {
        let list: String
        let place: Int32
        let id: UUID
        let slug: Slug
        let document: String
    }

    private let items: [Item]
    var count: Int { items.count }

    /// What an event adds to the document it publishes: the name of its one member, and a version of more digits.
    private static let eventOverheadBytes = 64

    /// Throws every fault that the part shows by itself, with its place in the part's text.
    init(_ bytes: [UInt8]) async throws {
        let draft = try await ImportDraft(bytes, bytesMax: ImportRunLimits.partBytesMax)
        var problems: [ImportProblem] = []
        var items: [Item] = []
        try await Self.lay(draft.films, into: &items, &problems)
        try await Self.lay(draft.programmes, into: &items, &problems)
        if items.count > ImportRunLimits.partItemsMax {
            problems.append(
                ImportProblem(
                    path: "",
                    sentence: "The part has \(items.count) items; at most \(ImportRunLimits.partItemsMax) are taken."))
        }
        guard problems.isEmpty else { throw draft.refusal(problems) }
        self.items = items
    }

    private static func lay<Kind: CatalogItem>(
        _ list: [Kind], into items: inout [Item], _ problems: inout [ImportProblem]
    ) async throws {
        for (index, item) in list.enumerated() {
            if index % ImportDraft.itemsPerTurn == ImportDraft.itemsPerTurn - 1 { await Task.yield() }
            var item = item
            item.version = 1
            let document = try JSON.encode(item)
            if document.count + eventOverheadBytes > Topic.bodyBytesMax {
                problems.append(
                    ImportProblem(
                        path: "\(Kind.listName)[\(index)]",
                        sentence: "The \(Kind.noun) “\(item.heading)” has \(document.count) bytes; it is too large to "
                            + "be published, as an event has at most \(Topic.bodyBytesMax)."))
            }
            items.append(
                Item(
                    list: Kind.listName, place: Int32(clamping: index), id: item.id.uuid, slug: item.slug,
                    document: String(decoding: document, as: UTF8.self)))
        }
    }

    /// In the place of what the part held before. The run is open for more afterwards, whatever was found out about it.
    func write(_ part: Int32, of run: ImportRunID) -> [SQL] {
        [
            """
            /* clearImportPart */
            DELETE FROM import_items
            WHERE run_id = \(run) AND list IN ('films', 'programmes') AND part = \(part)
            """,
            """
            /* stageImportItems */
            INSERT INTO import_items (run_id, list, part, place, id, slug, document)
            SELECT \(run), list, \(part), place, id, slug, document::json FROM unnest(
                \(items.map(\.list)), \(items.map(\.place)), \(items.map(\.id)), \(items.map(\.slug.text)),
                \(items.map(\.document))
            ) AS staged (list, place, id, slug, document)
            """,
            """
            /* stageImportPart */
            INSERT INTO import_parts (run_id, part, items) VALUES (\(run), \(part), \(Int32(clamping: count)))
            ON CONFLICT (run_id, part) DO UPDATE SET items = EXCLUDED.items
            """,
            """
            /* countImportRun */
            UPDATE import_runs SET state = 'staging', done = 0, summary = NULL, errors = NULL,
                total = (SELECT sum(items) FROM import_parts WHERE run_id = \(run)), touched_at = clock_timestamp()
            WHERE id = \(run)
            RETURNING \(sql: ImportRunDocument.columns)
            """,
        ]
    }
}
