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

    /// The value as a refusal quotes it: cut at 40 scalars, so that no answer grows with its question, and without
    /// control characters, so that no terminal obeys it.
    static func quoted(_ text: String) -> String {
        let scalars = text.unicodeScalars
        var shown = String.UnicodeScalarView()
        for scalar in scalars.prefix(40) { shown.append(scalar.isControl ? "\u{FFFD}" : scalar) }
        return "“\(String(shown))\(scalars.dropFirst(40).isEmpty ? "" : "…")”"
    }
}

extension Unicode.Scalar {
    var isControl: Bool { properties.generalCategory == .control }
}
