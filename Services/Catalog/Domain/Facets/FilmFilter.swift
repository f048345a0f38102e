/// Which films a list shows.
public struct FilmFilter: Hashable, Sendable {
    /// Of one facet.
    public static let valuesMax = 10

    /// Each of them begins a word of the film.
    public var words: [String] = []
    /// By facet, the keys of what is asked for. A film has at least one of each facet's.
    public private(set) var chosen: [Facet: Set<String>] = [:]
    public var years: ClosedRange<Int>?

    public init() {}

    /// The facets whose values are chosen by name; years are chosen by their range.
    public static let named = Facet.allCases.filter { $0 != .year }

    /// Of any film.
    public static let yearsRange = 1_888...2_200

    /// Four digits.
    public static func year(_ text: String) -> Int? {
        guard text.utf8.count == 4, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { yearsRange.contains($0) ? $0 : nil }
    }

    public mutating func choose(_ value: FacetValue) { chosen[value.facet, default: []].insert(value.key) }

    public func chooses(_ facet: Facet) -> Bool { facet == .year ? years != nil : chosen[facet] != nil }

    /// What the list would show if nothing of the facet were chosen.
    public func without(_ facet: Facet) -> FilmFilter {
        var other = self
        if facet == .year { other.years = nil } else { other.chosen[facet] = nil }
        return other
    }

    /// The same for filters that show the same films; empty where all are shown.
    public var text: String {
        var lines = words.isEmpty ? [] : ["words \(words.joined(separator: " "))"]
        for facet in Facet.allCases { lines += (chosen[facet] ?? []).sorted() }
        if let years { lines.append("years \(years.lowerBound)-\(years.upperBound)") }
        return lines.joined(separator: "\n")
    }
}
