/// What is known of tokens that were verified not long ago.
///
/// It is kept by the token's SHA-256, not by the token: a look at this memory gives nobody a token, every entry has the
/// same size, and only the very bytes that were verified are found again.
///
/// Two generations: when the younger is full it becomes the elder and the elder is forgotten; what is still asked for
/// moves back to the younger. So it never holds more than twice `generationMax`, needs no sweep, and a flood of distinct
/// tokens costs what it costs to verify them, no more.
struct TokenMemory<Value: Sendable>: Sendable {
    struct Entry: Sendable {
        let value: Value
        let keyID: String
        /// While the token is good, by the rules it was verified by.
        let validSeconds: Range<Int64>
    }

    private var young: [TokenDigest: Entry] = [:]
    private var old: [TokenDigest: Entry] = [:]
    private let generationMax: Int

    init(generationMax: Int) { self.generationMax = max(generationMax, 1) }

    var count: Int { young.count + old.count }

    /// What is known of the token, if that is still true at this second. A clock that was set back before the token's
    /// beginning makes it unknown again, too.
    mutating func value(of token: TokenDigest, nowSeconds: Int64) -> Value? {
        if let entry = young[token] {
            guard entry.validSeconds.contains(nowSeconds) else {
                young[token] = nil
                return nil
            }
            return entry.value
        }
        guard let entry = old.removeValue(forKey: token), entry.validSeconds.contains(nowSeconds) else { return nil }
        keep(entry, of: token)
        return entry.value
    }

    mutating func keep(_ entry: Entry, of token: TokenDigest) {
        if young.count >= generationMax, young[token] == nil {
            old = young
            young = [:]
        }
        old[token] = nil
        young[token] = entry
    }

    /// Forgets what any other key signed.
    mutating func keepOnly(signedBy keyIDs: Set<String>) {
        young = young.filter { keyIDs.contains($0.value.keyID) }
        old = old.filter { keyIDs.contains($0.value.keyID) }
    }
}

/// A token's SHA-256 as four words: small and quick as a key.
struct TokenDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(_ token: String) {
        let digest = Hashing.sha256(Array(token.utf8))
        func word(_ index: Int) -> UInt64 {
            digest[index * 8..<index * 8 + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    static func == (left: TokenDigest, right: TokenDigest) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
