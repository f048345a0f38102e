internal import FilmClubModel
internal import HTTPServer
internal import JOSE
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Everything streaming is made of but its transport: grants, sessions, the gate, imports. The one place where they are
/// put together, for the process as for its tests.
struct StreamingEntitlement: Sendable {
    let events: StreamingEventHandler
    /// What the gate decides by; it opens once this has started.
    let watch: TableWatch
    let known = KnownRevocations()
    private let entitlements: EntitlementRoutes
    private let sessions: SessionRoutes
    private let play: PlayRoutes
    private let imports: ImportRoute
    private let importing: AuditedAction
    private let audit: AuditRoutes

    init(
        pool: PostgresPool, authenticator: Authenticator, signingKeys: SigningKeys, mediaRoot: String,
        publicBaseURL: String?, on loop: EventLoop, log: Log, metrics: Metrics, now: @escaping @Sendable () -> Instant
    ) throws {
        let meters = StreamingMeters(metrics)
        let library = AssetLibrary(root: mediaRoot, on: loop)
        let tokens = StreamTokens(keys: signingKeys, meters: meters)
        let revocations = RevocationStore(pool: pool)
        events = StreamingEventHandler(
            grant: GrantEntitlements(now: now, meters: meters, log: log),
            withhold: WithholdEntitlements(now: now, meters: meters, log: log))
        watch = known.watch(revocations, on: loop, log: log)
        entitlements = EntitlementRoutes(authenticator: authenticator, reader: EntitlementReader(pool: pool))
        sessions = SessionRoutes(
            authenticator: authenticator,
            openSession: OpenSession(
                answers: IdempotentAnswers(pool: pool), library: library, tokens: tokens,
                addresses: PlayAddresses(publicBaseURL: publicBaseURL), now: now),
            meters: meters, log: log)
        play = PlayRoutes(
            gate: PlayGate(tokens: tokens, known: known, store: revocations, library: library, meters: meters))
        imports = .media(
            authenticator: authenticator, importMedia: ImportMedia(pool: pool, library: library), log: log)
        importing = AuditedAction("media.import", authenticator, pool)
        audit = AuditRoutes(authenticator, pool)
    }

    func register(in router: inout Router) {
        entitlements.register(in: &router)
        sessions.register(in: &router)
        play.register(in: &router)
        router.group("", [importing]) { imports.register(in: &$0) }
        audit.register(in: &router)
    }

    /// Topic and key of the answers that somebody waits for: published first where a broker has forgotten everything.
    static let unfinished: SQL = """
        SELECT '\(sql: .trusted(Topic.entitlements.name))', id::text FROM orders
        WHERE NOT is_closed ORDER BY answered_at
        """
}
