internal import CatalogDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging

/// `GET /v1/films`, `GET /v1/films/{id or slug}`. Public.
struct FilmRoutes: Sendable {
    let lists: ListReader
    let pages: PageReader

    func register(in router: inout Router) {
        router.get("/v1/films", .listFilms) { try await list($0) }
        router.get("/v1/films/{id}", .readFilm) { try await page($0) }
    }

    private func list(_ request: Request) async throws -> Response {
        let filter = try request.filmFilter()
        let range = try request.listRange(FilmTag.self, of: filter.text)
        let withFacets =
            try request.query("facets", is: "true or false") { ["true": true, "false": false][$0] } ?? false
        return .list(
            try await Problem.forDatabase { try await lists.films(range, filter, withFacets: withFacets) })
    }

    private func page(_ request: Request) async throws -> Response {
        try await request.answer(from: pages, .films)
    }
}

/// `GET /v1/programmes`, `GET /v1/programmes/{id or slug}`. Public.
struct ProgrammeRoutes: Sendable {
    let lists: ListReader
    let pages: PageReader

    func register(in router: inout Router) {
        router.get("/v1/programmes", .listProgrammes) { try await list($0) }
        router.get("/v1/programmes/{id}", .readProgramme) { try await page($0) }
    }

    private func list(_ request: Request) async throws -> Response {
        let range = try request.listRange(ProgrammeTag.self, of: "")
        return .list(try await Problem.forDatabase { try await lists.programmes(range) })
    }

    private func page(_ request: Request) async throws -> Response {
        try await request.answer(from: pages, .programmes)
    }
}

extension Response {
    fileprivate static func list(_ bytes: [UInt8]) -> Response { .json(bytes, headers: ["Cache-Control": "no-cache"]) }
}

extension Request {
    /// The page that the path names.
    fileprivate func answer(from pages: PageReader, _ table: CatalogTable) async throws -> Response {
        let name = try parameter("id") { $0 }
        if let page = pages.pageInMemory(table, named: name) { return page.response }
        guard let page = try await Problem.forDatabase({ try await pages.pageInDatabase(table, named: name) }) else {
            throw Problem.notFound("There is no \(table.noun) with this id or slug.")
        }
        return page.response
    }

    /// `limit` and `cursor`, of the list with these filters.
    fileprivate func listRange<Tag>(_ tag: Tag.Type, of list: String) throws(Problem) -> ListReader.Range<Tag> {
        let itemsMax = try query("limit", is: "a number from 1 to \(ListingLimits.itemsMax)") {
            ListingLimits.items($0)
        }
        let after = try query("cursor", is: "what `next` of an earlier page of the same list said") {
            ListingCursor<Tag>($0, in: list)
        }
        return ListReader.Range(itemsMax: itemsMax ?? ListingLimits.itemsDefault, after: after, list: list)
    }

    /// `q`, `yearFrom`, `yearTo`, and the facets by their names.
    fileprivate func filmFilter() throws(Problem) -> FilmFilter {
        var filter = FilmFilter()
        let terms = try query("q", is: "words to look for, in at most \(SearchTerms.scalarsMax) characters") {
            SearchTerms($0)
        }
        filter.words = terms?.words ?? []
        for facet in FilmFilter.named {
            let asked = query.all(facet.rawValue)
            guard asked.count <= FilmFilter.valuesMax else {
                throw .invalidParameter(
                    facet.rawValue,
                    detail: "The query parameter \(facet.rawValue) is given at most \(FilmFilter.valuesMax) times.")
            }
            for text in asked {
                guard let value = FacetValue(asked: text, of: facet) else {
                    throw .invalidParameter(
                        facet.rawValue, detail: "The query parameter \(facet.rawValue) names nothing that a film has.")
                }
                filter.choose(value)
            }
        }
        filter.years = try years()
        return filter
    }

    private func years() throws(Problem) -> ClosedRange<Int>? {
        let (first, last) = (FilmFilter.yearsRange.lowerBound, FilmFilter.yearsRange.upperBound)
        let from = try query("yearFrom", is: "a year from \(first) to \(last)") { FilmFilter.year($0) }
        let to = try query("yearTo", is: "a year from \(first) to \(last)") { FilmFilter.year($0) }
        guard from != nil || to != nil else { return nil }
        guard from ?? first <= to ?? last else {
            throw .invalidParameter("yearTo", detail: "The query parameter yearTo is not before yearFrom.")
        }
        return (from ?? first)...(to ?? last)
    }

    fileprivate func query<Value>(
        _ name: String, is meaning: String, _ parse: (String) -> Value?
    ) throws(Problem) -> Value? {
        do throws(Problem) {
            return try query(name, parse)
        } catch {
            throw .invalidParameter(name, detail: "The query parameter \(name), given once, is \(meaning).")
        }
    }
}
