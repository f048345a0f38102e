public import FilmClubModel

/// What films are told apart by in lists.
public enum Facet: String, CaseIterable, Sendable {
    case country, language, awardBody, director, theme, year
}

/// One value of a facet. Two spellings that differ in case or accents only are the same one: it is compared by its key.
public struct FacetValue: Sendable {
    public let facet: Facet
    /// As it is shown.
    public let label: String
    /// The facet's name and, behind a space, the value without case and accents.
    public let key: String

    public init(_ facet: Facet, _ label: String) {
        self.facet = facet
        self.label = label
        let folded = FoldedText(label)
        key = "\(facet.rawValue) \(folded.isEmpty ? label : folded.text)"
    }

    /// What somebody asks for by its name; nil for what no film can have. Years are asked for by their range.
    public init?(asked text: String, of facet: Facet) {
        switch facet {
        case .country:
            guard let country = try? Territory(text) else { return nil }
            self.init(facet, country.text)
        case .language:
            guard let tag = try? LanguageTag(text) else { return nil }
            self.init(facet, tag.language)
        case .theme:
            guard let theme = try? Slug(text) else { return nil }
            self.init(facet, theme.text)
        case .year: return nil
        case .awardBody, .director:
            guard text.unicodeScalars.count <= TextLimits.lineScalarsMax, text.contains(where: { !$0.isWhitespace }),
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { return nil }
            self.init(facet, text)
        }
    }
}

extension Film {
    /// Each once. Its language is the one that is spoken in it, whatever the region.
    public var facetValues: [FacetValue] {
        let all =
            countries.map { FacetValue(.country, $0.text) }
            + [audioLanguage].compactMap { $0 }.map { FacetValue(.language, $0.language) }
            + awards.map { FacetValue(.awardBody, $0.body) }
            + directors.map { FacetValue(.director, $0) }
            + (themes ?? []).map { FacetValue(.theme, $0.text) }
            + [year].compactMap { $0 }.map { FacetValue(.year, String($0)) }
        var seen: Set<String> = []
        return all.filter { seen.insert($0.key).inserted }
    }
}
