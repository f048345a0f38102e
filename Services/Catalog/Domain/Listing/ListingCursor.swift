public import FilmClubModel
internal import FoundationEssentials

/// Where a page of a list ended: the sort key and id of its last item. What comes after it is the next page, whatever
/// was added, changed or taken away in between.
///
/// Its text is opaque to clients: base64url (RFC 4648 §5) of a version, a checksum, the id and the key. The checksum
/// stands for the list's filters as well, so that a cursor goes on with the list that it came from and with no other.
/// There is one text for each cursor of a list, and no other is read.
public struct ListingCursor<Tag: Sendable>: Hashable, Sendable {
    public let sortKey: String
    public let id: Identifier<Tag>

    public init(sortKey: String, id: Identifier<Tag>) {
        self.sortKey = sortKey
        self.id = id
    }

    /// - Parameter list: the text of the list's filters.
    public func text(in list: String) -> String {
        Base64URL.encode("\(CursorForm.version)\(CursorForm.checksum(list, place))\(place)")
    }

    private var place: String { "\(id.text)\(sortKey)" }

    /// Nil for anything that `text(in:)` would not have written.
    public init?(_ text: String, in list: String) {
        guard text.utf8.count <= CursorForm.charactersMax, let content = Base64URL.decode(text),
            Base64URL.encode(content) == text
        else { return nil }
        // By scalars: a key may begin with one that joins the character before it.
        let scalars = content.unicodeScalars
        let place: String
        switch scalars.first {
        case CursorForm.version:
            let rest = scalars.dropFirst()
            place = String(rest.dropFirst(CursorForm.checksumCharacters))
            let checksum = String(rest.prefix(CursorForm.checksumCharacters))
            guard checksum == CursorForm.checksum(list, place) else { return nil }
        case CursorForm.plainVersion where list.isEmpty: place = String(scalars.dropFirst())
        default: return nil
        }
        let idText = String(place.unicodeScalars.prefix(CursorForm.idCharacters))
        guard let id = try? Identifier<Tag>(idText), id.text == idText, !place.utf8.contains(0) else { return nil }
        self.init(sortKey: String(place.unicodeScalars.dropFirst(CursorForm.idCharacters)), id: id)
    }
}

private enum CursorForm {
    static let version: Unicode.Scalar = "2"
    /// Without a checksum, as an older build writes it.
    static let plainVersion: Unicode.Scalar = "1"
    static let idCharacters = 36
    static let checksumCharacters = 16
    /// A title of 300 scalars folds to much less.
    static let charactersMax = 4_096

    /// FNV-1a of 64 bits (draft-eastlake-fnv). It tells of mistakes; there is nothing in a list to be kept from anybody.
    static func checksum(_ list: String, _ place: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in [Array(list.utf8), [0], Array(place.utf8)].joined() {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: checksumCharacters - digits.count) + digits
    }
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
