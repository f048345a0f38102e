/// Reading a request's object strictly: a member that nobody knows is refused, for who sends one believes that it
/// counts.
extension Decoder {
    /// - Parameter remark: what to say to who sends another member.
    func members<Member: CodingKey & CaseIterable>(
        _ known: Member.Type, remark: String = ""
    ) throws -> KeyedDecodingContainer<Member> {
        let names = Member.allCases.map(\.stringValue)
        for member in try container(keyedBy: AnyMember.self).allKeys where !names.contains(member.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [member],
                    debugDescription: "There is no such member here; known are: \(names.joined(separator: ", "))."
                        + remark))
        }
        return try container(keyedBy: known)
    }
}

extension KeyedDecodingContainer {
    /// A text that says something, kept byte for byte.
    func text(_ key: Key, scalarsMax: Int) throws -> String {
        let text = try decode(String.self, forKey: key)
        guard text.contains(where: { !$0.isWhitespace }), text.unicodeScalars.count <= scalarsMax else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "A text says something, in at most \(scalarsMax) characters.")
        }
        return text
    }

    func textIfPresent(_ key: Key, scalarsMax: Int) throws -> String? {
        guard try contains(key) && !decodeNil(forKey: key) else { return nil }
        return try text(key, scalarsMax: scalarsMax)
    }
}

private struct AnyMember: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
