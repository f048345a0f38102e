internal import CheckoutDomain
internal import FilmClubModel
internal import ServiceShell

/// What orders are decided by, in this process's memory, so that a decision reads nothing.
///
/// It may be behind: another process of the service may have applied an event or an import. So it is a proposal and
/// not the truth. Whoever stores an order checks the versions again, and whoever rejects one reads them again.
actor FactsInMemory {
    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private var institutions: [InstitutionID: Institution] = [:]
    private var programmes: [ProgrammeID: Programme] = [:]
    private var films: [FilmID: Film] = [:]
    private var taxes = TaxTable.none

    init(on loop: EventLoop) { self.loop = loop }

    func facts(for request: OrderRequest, of institution: InstitutionID) -> OrderingFacts {
        var named: [FilmID: Film] = [:]
        // More than a programme can have is refused by its number, whatever the films are.
        for id in request.filmIds.prefix(Programme.slotsMax) { named[id] = films[id] }
        return OrderingFacts(
            institution: institutions[institution], programme: programmes[request.programmeId], films: named,
            taxes: taxes)
    }

    /// What was just read from the database: it replaces what stood here, also what it no longer has.
    func replace(_ facts: OrderingFacts, for request: OrderRequest, of institution: InstitutionID) {
        institutions[institution] = facts.institution
        programmes[request.programmeId] = facts.programme
        for id in request.filmIds.prefix(Programme.slotsMax) { films[id] = facts.films[id] }
        taxes = facts.taxes
    }

    func load(_ everything: ProjectionStore.Everything) {
        take(everything.institutions)
        take(everything.programmes)
        take(everything.films)
        take(everything.taxes)
    }

    // What this process is about to commit. If it does not commit, the next order's check finds out.

    func take(_ newer: [Institution]) {
        for institution in newer { institutions.keepNewer(institution, as: institution.id) }
    }

    func take(_ newer: [Programme]) {
        for programme in newer { programmes.keepNewer(programme, as: programme.id) }
    }

    func take(_ newer: [Film]) {
        for film in newer { films.keepNewer(film.forDeciding, as: film.id) }
    }

    func take(_ newer: TaxTable) {
        if newer.version > taxes.version { taxes = newer }
    }
}

extension Dictionary where Value: Versioned {
    fileprivate mutating func keepNewer(_ value: Value, as key: Key) {
        if let known = self[key], known.version >= value.version { return }
        self[key] = value
    }
}
