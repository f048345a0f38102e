import CatalogDomain
import FilmClubModel
import JSON
import Testing

@Suite("Import decisions")
struct ItemImportTests {
    private let film: Film

    init() throws {
        film = Film(id: try FilmID("019b76da-a800-7000-8f11-000000000001"), slug: try Slug("mothers"), title: "Mothers")
    }

    private func other(_ last: Int, _ slug: String, _ title: String = "Another") throws -> Film {
        Film(id: try FilmID("019b76da-a800-7000-8f11-00000000000\(last)"), slug: try Slug(slug), title: title)
    }

    private func stored(_ film: Film) throws -> StoredItem<FilmTag> {
        StoredItem(id: film.id, slug: film.slug, version: film.version, document: try JSON.encode(film))
    }

    private func plan(_ films: [Film], over stored: [Film]) throws -> ItemImport<Film> {
        try ItemImport(films, over: try stored.map { try self.stored($0) }) { try JSON.encode($0) }
    }

    @Test("A new film gets version 1, whatever the document says")
    func created() throws {
        var claimed = film
        claimed.version = 99
        let plan = try plan([claimed], over: [])
        #expect(plan.news.map(\.change) == [.created])
        #expect(plan.news[0].item.version == 1)
        #expect(plan.news[0].document == (try JSON.encode(film)))
    }

    @Test("The same film again changes nothing; another gets the next version")
    func changed() throws {
        var before = film
        before.version = 7
        #expect(try plan([film], over: [before]).news.isEmpty)
        #expect(try plan([film], over: [before]).count(.unchanged) == 1)
        var after = film
        after.synopsis = "They meet in a ward."
        let plan = try plan([after], over: [before])
        #expect(plan.news.map(\.item.version) == [8])
        #expect(plan.news.map(\.change) == [.changed])
    }

    @Test("Another spelling of the same accent is a change")
    func canonicalEquivalence() throws {
        var composed = film
        composed.title = "Almod\u{F3}var"
        var decomposed = film
        decomposed.title = "Almodo\u{301}var"
        #expect(composed == decomposed)
        #expect(try plan([decomposed], over: [composed]).count(.changed) == 1)
    }

    @Test("A slug that another stored film has is refused by its place")
    func takenSlug() throws {
        let owner = try other(2, "roma")
        let plan = try plan([film, try other(3, "roma")], over: [owner])
        #expect(plan.problems.map(\.path) == ["films[1].slug"])
        #expect(plan.problems[0].sentence.contains(owner.id.text))
        #expect(try self.plan([owner], over: [owner]).problems.isEmpty)
    }

    @Test("Two films may change slugs with each other, and take one that is given up")
    func swappedSlugs() throws {
        let before = [try other(2, "roma"), try other(3, "volver")]
        #expect(try plan([try other(2, "volver"), try other(3, "roma")], over: before).problems.isEmpty)
        #expect(try plan([try other(2, "hable"), try other(4, "roma")], over: before).problems.isEmpty)
        #expect(try plan([try other(2, "volver")], over: before).problems.count == 1)
    }
}
