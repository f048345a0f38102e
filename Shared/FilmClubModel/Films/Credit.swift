/// Who did what. Cast credits may name the character.
public struct Credit: Hashable, Sendable, Codable {
    public var role: CreditRole
    public var name: String
    public var character: String?
    /// Who that is, where the catalog knows the person.
    public var personId: PersonID?

    public init(role: CreditRole, name: String, character: String? = nil, personId: PersonID? = nil) {
        self.role = role
        self.name = name
        self.character = character
        self.personId = personId
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case role, name, character, personId
    }

    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(but: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        role = try fields.decode(CreditRole.self, forKey: .role)
        name = try fields.line(.name)
        character = try fields.lineIfPresent(.character)
        personId = try fields.decodeIfPresent(PersonID.self, forKey: .personId)
    }
}

/// A role in the credits. New roles may appear with time, so any lower-case word is read; an import admits the known.
public struct CreditRole: TextValue {
    public let text: String

    public static let director = CreditRole(known: "director")
    public static let writer = CreditRole(known: "writer")
    public static let cast = CreditRole(known: "cast")
    public static let producer = CreditRole(known: "producer")
    public static let cinematographer = CreditRole(known: "cinematographer")
    public static let editor = CreditRole(known: "editor")
    public static let composer = CreditRole(known: "composer")
    public static let artDirector = CreditRole(known: "art-director")
    public static let sound = CreditRole(known: "sound")

    public static let known: [CreditRole] = [
        director, writer, cast, producer, cinematographer, editor, composer, artDirector, sound,
    ]

    private init(known text: String) {
        self.text = text
    }

    public init(_ text: String) throws(InvalidValue) {
        guard !text.isEmpty, text.utf8.count <= 40, text.utf8.allSatisfy({ $0.isASCIILower || $0 == 0x2D }) else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no role: lower-case words joined by hyphens.")
        }
        self.text = text
    }
}
