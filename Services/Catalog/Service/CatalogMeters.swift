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
        imported.with(Item.listName, "created").increment(by: plan.count(.created))
        imported.with(Item.listName, "changed").increment(by: plan.count(.changed))
        imported.with(Item.listName, "unchanged").increment(by: plan.count(.unchanged))
    }
}
