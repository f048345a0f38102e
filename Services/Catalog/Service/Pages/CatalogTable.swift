/// The catalog's two tables of documents.
enum CatalogTable: String, Sendable {
    case films, programmes

    /// Distinguishes a film's page from a programme's in one dictionary. No id or slug holds a slash.
    func key(_ name: String) -> String { self == .films ? name : "programmes/" + name }

    /// In a sentence.
    var noun: String { self == .films ? "film" : "programme" }
}
