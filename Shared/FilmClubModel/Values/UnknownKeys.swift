/// Whether keys nobody knows are an error. In an event they are tolerated (a newer minor version may add some); in a
/// file that a person wrote they are misspellings, and `"synopsys"` must not vanish without a word.
enum UnknownKeys {
    static let refusal = CodingUserInfoKey(rawValue: "org.filmclub.refuse-unknown-keys")
}

extension Decoder {
    /// Refuses an object with other keys than `known`, where the decoder was told to; else does nothing.
    func refuseUnknownKeys<Key: CodingKey & CaseIterable>(but known: Key.Type) throws {
        guard let refusal = UnknownKeys.refusal, userInfo[refusal] != nil else { return }
        let names = Set(Key.allCases.map(\.stringValue))
        let container = try container(keyedBy: AnyKey.self)
        for key in container.allKeys where !names.contains(key.stringValue) {
            let list = Key.allCases.map(\.stringValue).joined(separator: ", ")
            throw InvalidValue("There is no field \(InvalidValue.quoted(key.stringValue)) here; known are: \(list).")
                .decodingError(at: codingPath + [key])
        }
    }
}

struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
