/// What a word that somebody looks for may mean: the films' words that begin with one of these.
public struct SearchMeaning: Hashable, Sendable {
    public let asked: String
    /// At least one.
    public let words: [String]
    public let isCorrected: Bool

    /// As it was written.
    public init(_ asked: String) {
        self.asked = asked
        words = [asked]
        isCorrected = false
    }

    /// Another one was meant.
    public init(_ asked: String, takenFor words: [String]) {
        self.asked = asked
        self.words = words
        isCorrected = true
    }
}
