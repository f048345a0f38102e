internal import CatalogDomain
internal import FilmClubModel

/// What an import document does to the catalog.
struct CatalogImport: Sendable {
    let films: ItemImport<Film>
    let programmes: ItemImport<Programme>

    var isNews: Bool { !films.news.isEmpty || !programmes.news.isEmpty }
}
