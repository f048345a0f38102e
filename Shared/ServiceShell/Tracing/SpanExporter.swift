internal import HTTPClient
internal import Reactor

/// Sends a tracer's steps to a collector: OTLP over HTTP in its JSON form, a request a second at the most.
///
/// It refuses to let anybody wait: what the collector does not take within two seconds is dropped and counted, and
/// never sent again.
actor SpanExporter: ShellService {
    static let interval: Duration = .seconds(1)
    static let answerDurationMax: Duration = .seconds(2)

    nonisolated let name = "traces"
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private let tracer: Tracer
    private let service: String
    private let address: String
    private let client: Client
    private let log: Log
    private let spans: MetricFamily<Counter>
    private var run: Task<Void, Never>?
    private var isFailing = false

    /// - Parameter endpoint: the collector's base address, `http://127.0.0.1:4318`; the steps go to its `/v1/traces`
    ///   (OpenTelemetry protocol exporter specification, "Endpoint URLs for OTLP/HTTP").
    init(_ tracer: Tracer, of service: String, endpoint: String, on loop: EventLoop, log: Log, metrics: Metrics) {
        self.tracer = tracer
        self.service = service
        address = (endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint) + "/v1/traces"
        self.loop = loop
        self.log = log
        var limits = ClientConfiguration()
        limits.durationMax = Self.answerDurationMax
        limits.requestsInFlightMax = 1
        limits.connectionsPerHostMax = 1
        client = Client(on: loop, configuration: limits)
        spans = metrics.counter(
            "filmclub_spans_total", labels: ["outcome"],
            help: "Steps of traces: exported, failed (the collector did not take them), dropped (the queue was full).")
    }

    func start() async throws {
        run = Task {
            while (try? await self.loop.sleep(for: Self.interval)) != nil { await self.export() }
        }
    }

    /// The last steps go out, unless the collector makes us wait.
    func stop(within limit: Duration) async {
        run?.cancel()
        await run?.value
        await export(within: min(limit / 2, Self.answerDurationMax))
        await client.close()
    }

    private func export(within limit: Duration = answerDurationMax) async {
        let (waiting, dropped) = tracer.take()
        spans.with("dropped").increment(by: dropped)
        guard !waiting.isEmpty else { return }
        var request = ClientRequest(
            "POST", address, headers: ["Content-Type": "application/json"],
            body: OTLP.document(waiting, service: service))
        request.durationMax = limit
        do throws(ClientError) {
            let response = try await client.send(request)
            note(failure: response.status == 200 ? nil : "the collector answered \(response.status)", waiting.count)
        } catch {
            note(failure: error.description, waiting.count)
        }
    }

    /// A collector that is away for hours is worth two lines.
    private func note(failure: String?, _ count: Int) {
        spans.with(failure == nil ? "exported" : "failed").increment(by: count)
        guard isFailing != (failure != nil) else { return }
        isFailing = failure != nil
        if let failure {
            log.warning("traces.export.failed", [.error: .text(failure)])
        } else {
            log.info("traces.export.works_again")
        }
    }
}

extension SpanExporter {
    /// For the process's tracer; nil where the settings name no collector.
    init?(_ context: ShellContext) {
        guard let endpoint = context.configuration[ShellKeys.tracesEndpoint] else { return nil }
        self.init(
            context.tracer, of: context.name, endpoint: endpoint, on: context.loop, log: context.log,
            metrics: context.metrics)
    }
}
