/// Which statements one connection has prepared, by their text. Pure: it says what to do, the connection does it.
///
/// Prepared statements outlive a rolled-back transaction, but not a failed prepare: that one is forgotten.
struct StatementCache {
    private struct Entry {
        var name: String
        var parameters: [SQL.Parameter]
        var lastUse: UInt64
    }

    private let max: Int
    private var entries: [String: Entry] = [:]
    private var uses: UInt64 = 0
    private var names: UInt64 = 0
    /// Left the cache but still lie on the server; to be deallocated when the connection is idle.
    private(set) var discarded: [String] = []

    init(max: Int) { self.max = max }

    enum Lookup: Equatable {
        case prepared(String)
        /// Prepare it under this name first.
        case new(String)
        case unprepared
    }

    mutating func use(_ sql: SQL) -> Lookup {
        guard max > 0 else { return .unprepared }
        uses += 1
        if let known = entries[sql.text] {
            if known.parameters.elementsEqual(sql.parameters, by: { $0.type == $1.type }) {
                entries[sql.text]?.lastUse = uses
                return .prepared(known.name)
            }
            // The same text with values of other types is another statement.
            discard(sql.text)
        }
        if entries.count >= max, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            discard(oldest.key)
        }
        names += 1
        let name = "s\(names)"
        entries[sql.text] = Entry(name: name, parameters: sql.parameters, lastUse: uses)
        return .new(name)
    }

    /// Its prepare failed or was skipped: the server does not know it.
    mutating func forget(_ text: String, name: String) {
        if entries[text]?.name == name { entries[text] = nil }
        discarded.removeAll { $0 == name }
    }

    /// The server's copy is of no use any more.
    mutating func discard(_ text: String) {
        guard let entry = entries.removeValue(forKey: text) else { return }
        discarded.append(entry.name)
    }

    mutating func takeDiscarded() -> [String] {
        defer { discarded = [] }
        return discarded
    }
}
