internal import FilmClubModel
internal import Messaging
internal import Postgres

/// Takes what the catalog tells of films and programmes into the projections, a batch in one statement a kind.
struct CatalogNews: Sendable {
    let facts: FactsInMemory

    func apply(_ events: [InboxEvent], in transaction: PostgresTransaction) async throws {
        var films: [Film] = []
        var programmes: [ToldProgramme] = []
        for event in events {
            if event.topic == .films, event.carries(FilmChanged.self) {
                films.append(try event.decode(FilmChanged.self).film)
            } else if event.topic == .programmes, event.carries(ProgrammeChanged.self) {
                let programme = try event.decode(ProgrammeChanged.self).programme
                programmes.append(ToldProgramme(programme: programme, event: JSONText(event.body)))
            }
        }
        var statements: [SQL] = []
        if !films.isEmpty { statements.append(try ProjectionStore.project(films)) }
        if !programmes.isEmpty { statements.append(ProjectionStore.project(programmes)) }
        guard !statements.isEmpty else { return }
        _ = try await transaction.unit(statements)
        await facts.take(films)
        await facts.take(programmes.map(\.programme))
    }
}
