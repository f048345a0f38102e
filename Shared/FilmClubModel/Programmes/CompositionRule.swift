/// A demand on the films of one bundle, as data: `{"rule": "minimum-before-year", "count": 1, "year": 2000}`.
///
/// A rule this build doesn't know is kept by its name, so that a programme of a newer house can still be read; whoever
/// sells by it must refuse, because nobody can tell whether it is met.
public enum CompositionRule: Hashable, Sendable {
    /// At least `count` films were made before `year`. A film without a year doesn't count.
    case minimumBeforeYear(count: Int, year: Int)
    /// No more than `count` films share a director.
    case maximumByOneDirector(count: Int)
    case unsupported(rule: String)

    public var isSupported: Bool {
        if case .unsupported = self { false } else { true }
    }

    /// Whether a complete bundle satisfies the rule. An unsupported rule is never met.
    public func isMet(by films: some Collection<Film>) -> Bool {
        switch self {
        case .minimumBeforeYear(let count, let year):
            return films.count { ($0.year ?? Int.max) < year } >= count
        case .maximumByOneDirector(let count):
            var filmsOf: [String: Int] = [:]
            for film in films {
                for director in Set(film.directors) { filmsOf[director, default: 0] += 1 }
            }
            return filmsOf.values.allSatisfy { $0 <= count }
        case .unsupported:
            return false
        }
    }
}

extension CompositionRule: Codable {
    enum CodingKeys: String, CodingKey {
        case rule, count, year
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        switch try fields.line(.rule) {
        case "minimum-before-year":
            self = .minimumBeforeYear(
                count: try fields.number(Int.self, .count, in: 1...Programme.slotsMax),
                year: try fields.number(Int.self, .year, in: 1_888...2_200))
        case "maximum-by-one-director":
            self = .maximumByOneDirector(count: try fields.number(Int.self, .count, in: 1...Programme.slotsMax))
        case let name:
            self = .unsupported(rule: name)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .minimumBeforeYear(let count, let year):
            try fields.encode("minimum-before-year", forKey: .rule)
            try fields.encode(count, forKey: .count)
            try fields.encode(year, forKey: .year)
        case .maximumByOneDirector(let count):
            try fields.encode("maximum-by-one-director", forKey: .rule)
            try fields.encode(count, forKey: .count)
        case .unsupported(let rule):
            try fields.encode(rule, forKey: .rule)
        }
    }
}
