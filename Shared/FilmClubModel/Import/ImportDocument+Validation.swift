/// Something an import document says that can't be true as a whole, and where.
public struct ImportProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the JSON module writes paths: `programmes[0].priceList.bundleMinorUnits`.
    public let path: String
    public let sentence: String

    public init(path: String, sentence: String) {
        self.path = path
        self.sentence = sentence
    }

    public var description: String { "\(path): \(sentence)" }
}

extension ImportDocument {
    /// The most problems listed at once; the rest follow when these are mended.
    public static let problemsMax = 100

    /// What no single value shows: repeated ids and slugs, rules nobody can apply, prices that contradict each other.
    /// Empty for a document that can be imported.
    public func problems() -> [ImportProblem] {
        var found = Findings()
        found.refuseRepeats(films.map(\.id.text), at: "films", field: "id", of: "film")
        found.refuseRepeats(films.map(\.slug.text), at: "films", field: "slug", of: "film")
        found.refuseRepeats(programmes.map(\.id.text), at: "programmes", field: "id", of: "programme")
        found.refuseRepeats(programmes.map(\.slug.text), at: "programmes", field: "slug", of: "programme")
        found.refuseRepeats(institutions.map(\.id.text), at: "institutions", field: "id", of: "institution")
        found.refuseRepeats(media.map(\.filmId.text), at: "media", field: "filmId", of: "mapping")
        found.refuseRepeats((people ?? []).map(\.id.text), at: "people", field: "id", of: "person")
        found.refuseRepeats((taxes ?? []).map(\.territory.text), at: "taxes", field: "territory", of: "rate")
        for (index, film) in films.enumerated() { found.check(film, at: "films[\(index)]") }
        for (index, programme) in programmes.enumerated() { found.check(programme, at: "programmes[\(index)]") }
        return Array(found.problems.prefix(Self.problemsMax))
    }
}

/// What is found wrong with a document, in the order of finding.
struct Findings {
    var problems: [ImportProblem] = []

    mutating func report(_ path: String, _ sentence: String) {
        problems.append(ImportProblem(path: path, sentence: sentence))
    }

    mutating func refuseRepeats(_ values: [String], at list: String, field: String, of thing: String) {
        var first: [String: Int] = [:]
        for (index, value) in values.enumerated() {
            if let earlier = first[value] {
                report(
                    "\(list)[\(index)].\(field)", "\(value) is already the \(field) of \(thing) \(list)[\(earlier)].")
            } else {
                first[value] = index
            }
        }
    }

    mutating func check(_ film: Film, at path: String) {
        for (index, credit) in film.credits.enumerated() where !CreditRole.known.contains(credit.role) {
            let known = CreditRole.known.map(\.text).joined(separator: ", ")
            report("\(path).credits[\(index)].role", "“\(credit.role)” is no known role; known are: \(known).")
        }
    }
}
