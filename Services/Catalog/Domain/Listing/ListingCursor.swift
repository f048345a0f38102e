public import FilmClubModel
internal import FoundationEssentials

/// Where a page of a list ended: the sort key and id of its last item. What comes after it is the next page, whatever
/// was added, changed or taken away in between.
///
/// Its text is opaque to clients: base64url (RFC 4648 §5) of a version, the id and the key. There is one text for each
/// cursor, and no other is read.
public struct ListingCursor<Tag: Sendable>: Hashable, Sendable {
    public let sortKey: String
    public let id: Identifier<Tag>

    public init(sortKey: String, id: Identifier<Tag>) {
        self.sortKey = sortKey
        self.id = id
    }

    public var text: String { Base64URL.encode("\(CursorForm.version)\(id.text)\(sortKey)") }

    /// Nil for anything that `text` would not have written.
    public init?(_ text: String) {
        guard text.utf8.count <= CursorForm.charactersMax, let content = Base64URL.decode(text),
            content.hasPrefix(CursorForm.version)
        else { return nil }
        let rest = content.dropFirst(CursorForm.version.count)
        guard let id = try? Identifier<Tag>(String(rest.prefix(CursorForm.idCharacters))) else { return nil }
        self.init(sortKey: String(rest.dropFirst(CursorForm.idCharacters)), id: id)
        guard !sortKey.utf8.contains(0), self.text == text else { return nil }
    }
}

private enum CursorForm {
    static let version = "1"
    static let idCharacters = 36
    /// A title of 300 scalars folds to much less.
    static let charactersMax = 4_096
}

private enum Base64URL {
    static func encode(_ content: String) -> String {
        String(Data(content.utf8).base64EncodedString().compactMap { $0 == "=" ? nil : urlSafe[$0] ?? $0 })
    }

    static func decode(_ text: String) -> String? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: String(text.map { standard[$0] ?? $0 }) + padding) else { return nil }
        return String(validating: data, as: UTF8.self)
    }

    private static let urlSafe: [Character: Character] = ["+": "-", "/": "_"]
    private static let standard: [Character: Character] = ["-": "+", "_": "/"]
}
