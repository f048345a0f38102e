internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import ServiceShell

/// What an import document does to the catalog.
struct CatalogImport: Sendable {
    let films: ItemImport<Film>
    let programmes: ItemImport<Programme>

    var isNews: Bool { !films.news.isEmpty || !programmes.news.isEmpty }
}

extension CatalogImport {
    /// What the audit log keeps of it.
    var audited: JSONObject {
        ["films": ImportCounts(films).value, "programmes": ImportCounts(programmes).value]
    }
}

extension ImportCounts {
    init<Item>(_ plan: ItemImport<Item>) {
        self.init(
            created: plan.count(.created), changed: plan.count(.changed), unchanged: plan.count(.unchanged))
    }
}
