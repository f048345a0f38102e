public import FilmClubModel

/// What an import of institutions changes: pure, from what is stored and what the document says.
public struct InstitutionImport: Hashable, Sendable {
    /// Each in its new state, with the version it gets, in the document's order.
    public var created: [Institution] = []
    public var changed: [Institution] = []
    /// Said again as they are: nothing is written or published for them.
    public var unchanged: [InstitutionID] = []

    public init(_ imported: [Institution], over stored: [InstitutionID: Institution]) {
        for var institution in imported {
            guard let before = stored[institution.id] else {
                institution.version = 1
                created.append(institution)
                continue
            }
            institution.version = before.version
            guard institution != before else {
                unchanged.append(institution.id)
                continue
            }
            institution.version += 1
            changed.append(institution)
        }
    }

    /// What is written and published.
    public var news: [Institution] { created + changed }
}
