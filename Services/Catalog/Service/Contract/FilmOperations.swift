internal import CatalogDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging

extension Operation {
    static let listFilms = Operation(
        "listFilms", "Films that are for sale, in the order of their titles",
        parameters: [
            .listLimit, .listCursor,
            .query(
                "q",
                .text(Schema.Text(lengthMax: SearchTerms.scalarsMax, example: "madres")),
                says: "Words to look for, without regard to case and accents. One that no film has is taken for those "
                    + "that are a letter away."),
            facet(.country, .territory, says: "Where it was produced."),
            facet(.language, .languageTag, says: "What is spoken in it, whatever the region."),
            facet(.awardBody, .line("Goya Awards®"), says: "Who gave it an award or nominated it."),
            facet(.director, .line("Pedro Almodóvar"), says: "Who directed it."),
            facet(.theme, .slug, says: "What it is about."),
            .query("yearFrom", .year, says: "The first of its years."),
            .query("yearTo", .year, says: "The last of its years."),
            .query("facets", .words(["true", "false"]), says: "Whether values to choose by are counted."),
        ],
        answers: [.json(.page("films", of: filmSummary, and: [corrected, facets]), says: "A page of them.")],
        problems: .ofDatabase)

    static let readFilm = Operation(
        "readFilm", "A film's page",
        parameters: [.path("id", .text(like: "madres-paralelas"), says: "Its id or its slug.")],
        answers: [.json(.film, headers: [.entityTag], says: "All that is known of it.")],
        problems: [.notFound] + .ofDatabase)

    static let listProgrammes = Operation(
        "listProgrammes", "Programmes, in the order of their names", parameters: [.listLimit, .listCursor],
        answers: [.json(.page("programmes", of: .programme), says: "A page of them.")], problems: .ofDatabase)

    static let readProgramme = Operation(
        "readProgramme", "A programme",
        parameters: [.path("id", .text(like: "spanish-film-club"), says: "Its id or its slug.")],
        answers: [.json(.programme, headers: [.entityTag], says: "The programme with its price lists.")],
        problems: [.notFound] + .ofDatabase)

    private static func facet(_ facet: Facet, _ value: Schema, says: String) -> Parameter {
        .query(
            facet.rawValue, .array(value, .init(min: 1, max: FilmFilter.valuesMax)),
            says: "\(says) Given more than once: one of these. Without regard to case and accents.")
    }

    private static let facets = Schema.Member.optional(
        "facets",
        .described(
            "The values with the most films. Of a facet that is chosen from they are counted as if nothing of it were.",
            .object(
                "FilmFacets",
                Facet.allCases.map { facet in
                    .required(
                        facet.rawValue,
                        .array(
                            .object(
                                "FacetCount",
                                [.required("value", .text(like: "ES")), .required("count", .positive)]),
                            .init(max: Int(SearchIndex.valuesPerFacet))))
                })))

    private static let corrected = Schema.Member.optional(
        "corrected",
        .described(
            "Words that no film has, and what they were taken for.",
            .array(
                .object(
                    "CorrectedWord",
                    [
                        .required("word", .text(like: "almodobar")),
                        .required("as", .array(.text(like: "almodovar"), .init(min: 1, max: Spelling.meantMax))),
                    ]), .init(min: 1))))

    private static let filmSummary = Schema.object(
        "FilmSummary",
        [
            .required("id", .id), .required("slug", .slug), .required("title", .line("Madres paralelas")),
            .optional("originalTitle", .line("Madres paralelas")), .optional("year", .year),
            .required("directors", .list(.line("Pedro Almodóvar"))), .required("countries", .distinct(.territory)),
            .optional("runningTimeMinutes", .positive), .optional("audioLanguage", .languageTag),
            .required("territories", .distinct(.territory)),
        ])
}

extension Operation.Parameter {
    static let listLimit = query(
        "limit", .integer(1...Int64(ListingLimits.itemsMax)),
        says: "How many a page has at the most: \(ListingLimits.itemsDefault) where nothing is said.")
    static let listCursor = query(
        "cursor", .text(like: "MTAxOTBiNWE4LTdjMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMW1hZHJlcw"),
        says: "What `next` of the page before said.")
}

extension Schema {
    /// A part of a list, and where it goes on.
    fileprivate static func page(_ list: String, of element: Schema, and others: [Member] = []) -> Schema {
        .object(
            [
                .required(list, .array(element, Bounds(max: ListingLimits.itemsMax))),
                .optional("next", .described("The cursor of the next page; absent on the last.", .text(like: "MTAx"))),
            ] + others)
    }
}
