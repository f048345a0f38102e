public import FilmClubModel

/// What the countries take of a screening, as an operator last stated it: one table with one version.
public struct TaxTable: Hashable, Sendable {
    /// Rises by one with every change. 0: nobody has stated any, and nothing is taxed.
    public let version: Int64
    private let ratesByTerritory: [Territory: TaxRate]

    /// - Parameter rates: one a territory at the most; of two the later one counts.
    public init(version: Int64, rates: [TaxRate]) {
        self.version = version
        ratesByTerritory = Dictionary(rates.map { ($0.territory, $0) }) { _, last in last }
    }

    public static let none = TaxTable(version: 0, rates: [])

    /// In the order of the territories.
    public var rates: [TaxRate] { ratesByTerritory.values.sorted { $0.territory < $1.territory } }

    public func rate(in territory: Territory) -> TaxRate? { ratesByTerritory[territory] }

    /// By the country where the institution is established. Nil: none is due.
    public func rate(for institution: Institution) -> TaxRate? {
        guard institution.taxStatus != .exempt else { return nil }
        return rate(in: institution.country ?? institution.territory)
    }
}

/// What changes when an operator states the whole table anew: pure, from what is stored.
public struct TaxImport: Hashable, Sendable {
    /// As it is then.
    public let table: TaxTable
    public let created: Int
    /// Other than before, or gone.
    public let changed: Int
    public let unchanged: Int
    public var isNews: Bool { created + changed > 0 }

    /// - Parameter stated: nil leaves the table as it is.
    public init(_ stated: [TaxRate]?, over stored: TaxTable) {
        let stated = TaxTable(version: stored.version, rates: stated ?? stored.rates).rates
        let before = stated.map { stored.rate(in: $0.territory) }
        created = before.count { $0 == nil }
        unchanged = zip(before, stated).count { $0 == $1 }
        let gone = stored.rates.count - (stated.count - created)
        changed = stated.count - created - unchanged + gone
        table = created + changed > 0 ? TaxTable(version: stored.version + 1, rates: stated) : stored
    }
}
