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
        let range = try request.listRange(FilmTag.self)
        let terms = try request.searchTerms
        return .list(try await Problem.forDatabase { try await lists.films(range, terms: terms) })
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
        let range = try request.listRange(ProgrammeTag.self)
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

    /// `limit` and `cursor`.
    fileprivate func listRange<Tag>(_ tag: Tag.Type) throws(Problem) -> ListReader.Range<Tag> {
        let itemsMax = try query("limit", is: "a number from 1 to \(ListingLimits.itemsMax)") {
            ListingLimits.items($0)
        }
        let after = try query("cursor", is: "what `next` of an earlier page said") { ListingCursor<Tag>($0) }
        return ListReader.Range(itemsMax: itemsMax ?? ListingLimits.itemsDefault, after: after)
    }

    /// `q`.
    fileprivate var searchTerms: SearchTerms? {
        get throws(Problem) {
            try query("q", is: "words to look for, in at most \(SearchTerms.scalarsMax) characters") { SearchTerms($0) }
        }
    }

    private func query<Value>(
        _ name: String, is meaning: String, _ parse: (String) -> Value?
    ) throws(Problem) -> Value? {
        do throws(Problem) {
            return try query(name, parse)
        } catch {
            throw .invalidParameter(name, detail: "The query parameter \(name), given once, is \(meaning).")
        }
    }
}
