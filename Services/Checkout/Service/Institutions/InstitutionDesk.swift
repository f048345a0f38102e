internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Where it is known who a buyer is and who said so: institutions, the decisions on them, and the log of what operators
/// did. It refuses silently changed facts: each change has its author and stays readable.
struct InstitutionDesk: Sendable {
    let importInstitutions: ImportInstitutions
    private let institutions: InstitutionRoutes
    private let imports: ImportRoute
    private let importing: AuditedAction
    private let audit: AuditRoutes

    init(
        pool: PostgresPool, authenticator: Authenticator, facts: FactsInMemory,
        now: @escaping @Sendable () -> Instant, committed: @escaping @Sendable () -> Void
    ) {
        importInstitutions = ImportInstitutions(pool: pool, facts: facts, now: now, committed: committed)
        institutions = InstitutionRoutes(
            authenticator: authenticator, reader: InstitutionReader(pool: pool),
            verify: VerifyInstitution(
                answers: IdempotentAnswers(pool: pool), facts: facts, now: now, committed: committed),
            replace: ReplaceInstitution(pool: pool, facts: facts, now: now, committed: committed),
            verifying: AuditedAction("institution.verify", on: "id", authenticator, pool),
            replacing: AuditedAction("institution.replace", on: "id", authenticator, pool))
        imports = .institutions(authenticator: authenticator, importInstitutions: importInstitutions)
        importing = AuditedAction("institutions.import", authenticator, pool)
        audit = AuditRoutes(authenticator, pool)
    }

    func register(in router: inout Router) {
        institutions.register(in: &router)
        router.group("", [importing]) { imports.register(in: &$0) }
        audit.register(in: &router)
    }
}
