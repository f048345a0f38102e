/// Somebody who stands in the credits of films, with the biography that all of these share.
public struct Person: Versioned, Hashable, Sendable, Codable {
    public var id: PersonID
    /// Rises by one with every change of the state; an import leaves it out.
    public var version: Int64
    public var name: String
    /// Paragraph by paragraph.
    public var biography: [String]

    public init(id: PersonID, version: Int64 = 1, name: String, biography: [String] = []) {
        self.id = id
        self.version = version
        self.name = name
        self.biography = biography
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case id, version, name, biography
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(PersonID.self, forKey: .id)
        version = try fields.numberIfPresent(Int64.self, .version, in: 1...Int64.max) ?? 1
        name = try fields.line(.name)
        biography = try fields.paragraphs(.biography)
    }
}
