/// Why a text or number is no value of its type, as one whole sentence that a person can act on.
///
/// It quotes the value only where the value is public by nature (a code, a tag); free text is never repeated.
public struct InvalidValue: Error, Hashable, Sendable, CustomStringConvertible {
    public let sentence: String

    public init(_ sentence: String) {
        self.sentence = sentence
    }

    public var description: String { sentence }

    /// The same refusal as a decoder reports it, at the place where the value stood.
    func decodingError(at path: [any CodingKey]) -> DecodingError {
        .dataCorrupted(.init(codingPath: path, debugDescription: sentence))
    }

    /// The value as a refusal quotes it: cut at 40 characters, so that no answer grows with its question.
    static func quoted(_ text: String) -> String {
        let shown = text.prefix(40).map { $0.isNewline || $0 == "\0" ? "\u{FFFD}" : $0 }
        return "“\(String(shown))\(text.count > 40 ? "…" : "")”"
    }
}
