public import HTTPServer
internal import Reactor

/// A listener as a service: starts with a log line and an address that scripts find, drains when it stops.
public actor HTTPService: ShellService {
    nonisolated let loop: EventLoop
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    public nonisolated let name: String
    private let context: ShellContext
    private let host: String
    private let listener: Listener
    private let connectionsMax: Int

    /// The service's own interface: `build` registers the routes, behind `RequestLog`; what they declare is served too.
    /// - Parameter publicBaseURL: where clients reach it, for the document; nil for where they have it from.
    public init(
        _ context: ShellContext, name: String = "http", host: String, port: Int,
        publicBaseURL: String? = nil, limits: ListenerLimits = ListenerLimits(), build: (inout Router) -> Void
    ) {
        var router = Router()
        router.use(RequestLog(context.log, tracer: context.tracer))
        build(&router)
        router.publishContract(of: context.name, at: publicBaseURL)
        let access = AccessMetrics(context.metrics)
        self.init(
            context, name: name, host: host, port: port, router: router, limits: limits,
            onAccess: { access.record($0) })
    }

    init(
        _ context: ShellContext, name: String, host: String, port: Int, router: Router,
        limits: ListenerLimits = ListenerLimits(), onAccess: (@Sendable (AccessRecord) -> Void)? = nil
    ) {
        self.name = name
        self.context = context
        self.host = host
        loop = context.loop
        let log = context.log
        let events = ListenerEvents(
            onAccess: onAccess,
            onInternalError: { error, request in
                request.log(log).error("request.failed", [.error: .error(error)])
            },
            onLibraryLog: { line in log.debug("http.library", ["text": .text(line)]) })
        connectionsMax = limits.connectionsMax
        let configuration = ListenerConfiguration(
            host: host, port: UInt16(clamping: port), limits: limits, events: events)
        listener = Listener(configuration, router: router, on: context.loop)
    }

    public func start() async throws {
        let port = try await listener.start()
        context.listening(name, host: host, port: Int(port))
        guard let limit = DescriptorLimit.now(), limit.isShort(for: connectionsMax) else { return }
        context.log.warning(
            "listener.descriptors_short",
            [
                "listener": .text(name), "connections_max": .count(connectionsMax),
                "descriptors_max": .integer(Int64(clamping: limit.soft)),
            ])
    }

    public func stop(within limit: Duration) async { await listener.shutdown(within: limit) }
}

extension HTTPService {
    /// Health and metrics.
    static func ops(_ context: ShellContext) -> HTTPService {
        HTTPService(
            context, name: "ops", host: context.configuration[ShellKeys.opsHost],
            port: context.configuration[ShellKeys.opsPort],
            router: OpsRoutes(health: context.health, metrics: context.metrics).router())
    }
}
