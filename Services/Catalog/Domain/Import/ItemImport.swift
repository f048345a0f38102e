public import FilmClubModel

/// What is stored of an item: its encoded document, byte for byte.
public struct StoredItem<Tag: Sendable>: Hashable, Sendable {
    public let id: Identifier<Tag>
    public let slug: Slug
    public let version: Int64
    public let document: [UInt8]

    public init(id: Identifier<Tag>, slug: Slug, version: Int64, document: [UInt8]) {
        self.id = id
        self.slug = slug
        self.version = version
        self.document = document
    }
}

/// What an import means for one item.
public enum ItemChange: String, Hashable, Sendable {
    case created, changed, unchanged
}

/// What an import does to the films, or to the programmes: pure, from what is stored and what the document says.
///
/// Documents are compared as bytes: to Swift, two spellings of one accent are equal texts, to a reader of the film page
/// they need not be. What an import says again byte for byte is left alone and published to nobody.
public struct ItemImport<Item: CatalogItem>: Sendable {
    public typealias Change = ItemChange

    public struct Step: Sendable {
        /// Its place in the document's list.
        public let index: Int
        public let change: Change
        /// With the version it gets. That is also its event's sequence.
        public let item: Item
        public let document: [UInt8]

        public var path: String { "\(Item.listName)[\(index)]" }

        public init(index: Int, change: Change, item: Item, document: [UInt8]) {
            self.index = index
            self.change = change
            self.item = item
            self.document = document
        }
    }

    /// One for each item, in the document's order.
    public let steps: [Step]
    /// Slugs that other stored items have. Nothing of the import may be done unless this is empty.
    public let problems: [ImportProblem]

    /// - Parameters:
    ///   - items: without repeated ids or slugs among themselves.
    ///   - stored: everything stored that has one of their ids or slugs.
    public init(
        _ items: [Item], over stored: [StoredItem<Item.Tag>], encode: (Item) throws -> [UInt8]
    ) rethrows {
        let storedByID = Dictionary(stored.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        steps = try items.enumerated().map { index, item in
            try Self.step(index, item, over: storedByID[item.id], encode)
        }
        let imported = Set(items.map(\.id))
        // Whoever is in the document as well has the slug that the document gives it.
        let taken = Dictionary(
            stored.filter { !imported.contains($0.id) }.map { ($0.slug, $0.id) },
            uniquingKeysWith: { first, _ in first })
        problems = items.enumerated().compactMap { index, item in
            taken[item.slug].map { .slugTaken(item.slug.text, at: index, in: Item.self, by: $0) }
        }
    }

    private static func step(
        _ index: Int, _ item: Item, over before: StoredItem<Item.Tag>?, _ encode: (Item) throws -> [UInt8]
    ) rethrows -> Step {
        var item = item
        guard let before else {
            item.version = 1
            return Step(index: index, change: .created, item: item, document: try encode(item))
        }
        item.version = before.version
        let document = try encode(item)
        guard document != before.document else {
            return Step(index: index, change: .unchanged, item: item, document: document)
        }
        item.version += 1
        return Step(index: index, change: .changed, item: item, document: try encode(item))
    }

    /// What is written and published.
    public var news: [Step] { steps.filter { $0.change != .unchanged } }

    public func count(_ change: Change) -> Int { steps.count { $0.change == change } }
}

extension ImportProblem {
    /// A stored item that is not in the import has the slug.
    public static func slugTaken<Item: CatalogItem>(
        _ slug: String, at index: Int, in list: Item.Type, by owner: Identifier<Item.Tag>
    ) -> ImportProblem {
        ImportProblem(
            path: "\(Item.listName)[\(index)].slug",
            sentence: "\(slug) is the slug of the stored \(Item.noun) \(owner).")
    }
}
