/// What the doctor found of one thing, in whole sentences: how it is, and what to do where it is not well.
struct Finding: Sendable, Equatable {
    enum State: String, Sendable { case well, warning, broken }

    /// `database checkout`, `broker`, `service cart`.
    let subject: String
    let state: State
    let sentence: String
    /// What to do; nil where all is well.
    var remedy: String?

    static func well(_ subject: String, _ sentence: String) -> Finding {
        Finding(subject: subject, state: .well, sentence: sentence)
    }

    static func warning(_ subject: String, _ sentence: String, remedy: String) -> Finding {
        Finding(subject: subject, state: .warning, sentence: sentence, remedy: remedy)
    }

    static func broken(_ subject: String, _ sentence: String, remedy: String) -> Finding {
        Finding(subject: subject, state: .broken, sentence: sentence, remedy: remedy)
    }

    /// A line, and a second one with the remedy.
    var text: String {
        let first = "\(state.rawValue.padded(to: 8))\(subject): \(sentence)"
        return remedy.map { "\(first)\n        \($0)" } ?? first
    }
}
