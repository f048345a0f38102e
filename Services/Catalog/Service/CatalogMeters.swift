internal import CatalogDomain
internal import ServiceShell

/// What an operator sees of the catalog.
struct CatalogMeters: Sendable {
    let pagesFromMemory: Counter
    let pagesFromDatabase: Counter
    let importsRefused: Counter
    private let imported: MetricFamily<Counter>

    init(_ metrics: Metrics) {
        let pages = metrics.counter(
            "filmclub_catalog_pages_total", labels: ["source"],
            help: "Film and programme pages found, by where: memory or database.")
        pagesFromMemory = pages.with("memory")
        pagesFromDatabase = pages.with("database")
        importsRefused = metrics.counter(
            "filmclub_catalog_imports_refused_total", help: "Import documents that were refused as a whole.")
        imported = metrics.counter(
            "filmclub_catalog_imported_total", labels: ["list", "change"],
            help: "Items of import documents by what they meant: created, changed, unchanged.")
    }

    func count<Item: CatalogItem>(_ plan: ItemImport<Item>) {
        var tally = ChangeTally()
        for step in plan.steps { tally.count(step.change) }
        count(Item.listName, tally)
    }

    func count(_ list: String, _ tally: ChangeTally) {
        imported.with(list, ItemChange.created.rawValue).increment(by: tally.created)
        imported.with(list, ItemChange.changed.rawValue).increment(by: tally.changed)
        imported.with(list, ItemChange.unchanged.rawValue).increment(by: tally.unchanged)
    }
}
