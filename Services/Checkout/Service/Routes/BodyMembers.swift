internal import FilmClubModel

/// The members of a request's body. One that is not known is refused: a client that sends it believes that it counts.
struct BodyMembers<Member: CodingKey & CaseIterable> {
    private let members: KeyedDecodingContainer<Member>

    init(_ decoder: any Decoder) throws {
        let known = Member.allCases.map(\.stringValue)
        for member in try decoder.container(keyedBy: AnyMember.self).allKeys where !known.contains(member.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath + [member],
                    debugDescription: "There is no such member; known are: \(known.joined(separator: ", ")).")
            )
        }
        members = try decoder.container(keyedBy: Member.self)
    }

    func decode<Value: Decodable>(_ member: Member, as type: Value.Type = Value.self) throws -> Value {
        try members.decode(type, forKey: member)
    }

    func decodeIfPresent<Value: Decodable>(_ member: Member, as type: Value.Type = Value.self) throws -> Value? {
        try members.decodeIfPresent(type, forKey: member)
    }

    /// A text of one line that says something, kept as it is.
    func line(_ member: Member, scalarsMax: Int) throws -> String {
        let text = try decode(member, as: String.self)
        let scalars = text.unicodeScalars
        guard scalars.count <= scalarsMax, scalars.contains(where: { !$0.properties.isWhitespace }),
            !scalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw refusal(of: member, "This is one line that says something, in at most \(scalarsMax) characters.") }
        return text
    }

    func refusal(of member: Member, _ sentence: String) -> any Error {
        DecodingError.dataCorruptedError(forKey: member, in: members, debugDescription: sentence)
    }
}

private struct AnyMember: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
