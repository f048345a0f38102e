public import FilmClubModel

/// What the catalog keeps and publishes whole: films and programmes.
public protocol CatalogItem: Versioned, Sendable, Codable {
    associatedtype Tag: Sendable

    /// The list of the import document that it stands in.
    static var listName: String { get }
    /// In a sentence: "film".
    static var noun: String { get }

    var id: Identifier<Tag> { get }
    var slug: Slug { get }
    /// What people call it.
    var heading: String { get }
}

extension CatalogItem {
    /// Lists are in this order, then by id.
    public var sortKey: String { FoldedText(heading).text }
}

extension Film: CatalogItem {
    public static let listName = "films"
    public static let noun = "film"

    public var heading: String { title }
    public var searchText: SearchText {
        SearchText([title, originalTitle ?? "", year.map(String.init) ?? ""] + credits.map(\.name))
    }
}

extension Programme: CatalogItem {
    public static let listName = "programmes"
    public static let noun = "programme"

    public var heading: String { name }
}
