/// Tokens that were verified not long ago, so that a busy caller's signature is not checked at every request.
/// Two generations: when the younger is full it becomes the elder and the elder is forgotten; what is still used
/// moves back to the younger. So it never holds more than twice `generationTokensMax`, and needs no sweep.
struct TokenCache {
    static let generationTokensMax = 1_024
    /// Longer tokens are verified each time; with the bound above the cache stays below 4 MiB.
    static let tokenBytesMax = 1_536

    private struct Entry {
        let principal: Principal
        let expiresAtSeconds: Int64
    }

    private var young: [String: Entry] = [:]
    private var old: [String: Entry] = [:]
    private let generationMax: Int

    init(generationMax: Int = generationTokensMax) { self.generationMax = generationMax }

    var count: Int { young.count + old.count }

    /// Who the token speaks for, unless it is unknown or has expired by the clock of the caller.
    mutating func principal(of token: String, nowSeconds: Int64) -> Principal? {
        if let entry = young[token] {
            guard nowSeconds < entry.expiresAtSeconds else {
                young[token] = nil
                return nil
            }
            return entry.principal
        }
        guard let entry = old.removeValue(forKey: token), nowSeconds < entry.expiresAtSeconds else { return nil }
        insert(token, entry)
        return entry.principal
    }

    mutating func keep(_ principal: Principal, of token: String, expiresAtSeconds: Int64) {
        guard token.utf8.count <= Self.tokenBytesMax else { return }
        insert(token, Entry(principal: principal, expiresAtSeconds: expiresAtSeconds))
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }

    private mutating func insert(_ token: String, _ entry: Entry) {
        if young.count >= generationMax {
            old = young
            young = [:]
        }
        young[token] = entry
    }
}
