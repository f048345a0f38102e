public import FilmClubModel

/// The number that people use for an order: `FC-2026-000123`. Apart from the id, unique, and not free of gaps.
public struct OrderNumber: Hashable, Sendable, CustomStringConvertible {
    /// Fewer digits are filled up with zeros; more are written out.
    static let digitsMin = 6

    public let text: String
    public var description: String { text }

    /// - Parameters:
    ///   - serial: drawn from the database's sequence, from 1 on; the sequence is never set back, not at a new year.
    ///   - now: gives the year, in UTC.
    public init(serial: Int64, now: Instant) {
        let digits = String(max(0, serial))
        let zeros = String(repeating: "0", count: max(0, Self.digitsMin - digits.utf8.count))
        text = "FC-\(now.text.prefix(4))-\(zeros)\(digits)"
    }
}
