import FilmClubModel
import HTTPClient
import HTTPServer
import Reactor
import ServiceTestSupport
import TestSupport
import Testing

@testable import ServiceShell

@Suite("Traces", .timeLimit(.minutes(15)))
struct TracingTests {
    private let recorder = LogRecorder()
    private let metrics = Metrics()
    private static let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    private func span(_ context: TraceContext, _ name: String = "GET /x") -> Span {
        let now = Instant.now()
        return Span(.server, name, context: context, parent: nil, begin: now, end: now)
    }

    private func router(_ tracer: Tracer) -> Router {
        var router = Router()
        router.use(RequestLog(Log(to: recorder), tracer: tracer))
        router.get("/v1/films/{id}") { _ in .text("a film") }
        router.get("/broken") { _ in throw Broken() }
        return router
    }

    private struct Broken: Error {}

    private func exporter(_ tracer: Tracer, _ endpoint: String) -> SpanExporter {
        SpanExporter(
            tracer, of: "catalog", endpoint: endpoint, on: TestLoop.shared, log: Log(to: recorder), metrics: metrics)
    }

    @Test("A request is a step within the caller's trace, told with its route and never with its path")
    func request() async throws {
        try await TraceCollector.with { collector in
            let tracer = Tracer(sampledShare: 1)
            let exporter = exporter(tracer, collector.endpoint + "/")
            try await exporter.start()
            let headers = RequestHeaders(["traceparent": Self.caller])
            _ = await router(tracer).respond(to: try Request(.get, "/v1/films/secret", headers: headers))
            _ = await router(tracer).respond(to: try Request(.get, "/broken"))
            try await eventually("both steps have arrived") { collector.steps.count == 2 }
            await exporter.stop(within: .seconds(10))
            let film = try #require(collector.steps.first { $0.name == "GET /v1/films/{id}" })
            #expect(film.service == "filmclub-catalog")
            #expect(film.trace == "0af7651916cd43dd8448eb211c80319c")
            #expect(film.parent == "b7ad6b7169203331")
            #expect(film.id != "b7ad6b7169203331")
            #expect(film.kind == 2)
            #expect(film.status == nil)
            #expect(
                film.attributes == [
                    "http.request.method": "GET", "http.route": "/v1/films/{id}", "http.response.status_code": "200",
                ])
            let broken = try #require(collector.steps.first { $0.name == "GET /broken" })
            #expect(broken.parent == nil)
            #expect(broken.status == 2)
            #expect(!collector.text.contains("secret"))
            #expect(collector.faults.isEmpty)
            #expect(metrics.text().contains("filmclub_spans_total{outcome=\"exported\"} 2"))
        }
    }

    @Test("What the caller does not want told is not told; what begins here is told as its share says")
    func sampling() async throws {
        let tracer = Tracer(sampledShare: 0)
        let unsampled = String(Self.caller.dropLast()) + "0"
        for headers in [RequestHeaders(["traceparent": unsampled]), RequestHeaders([:])] {
            _ = await router(tracer).respond(to: try Request(.get, "/v1/films/1", headers: headers))
        }
        #expect(tracer.take().spans.isEmpty)
        let sampled = RequestHeaders(["traceparent": Self.caller])
        _ = await router(tracer).respond(to: try Request(.get, "/v1/films/1", headers: sampled))
        #expect(tracer.take().spans.count == 1, "the caller's decision stands")

        var random = SeededRandom(seed: 7)
        let told = (0..<10_000).count { _ in TraceContext.root(sampledShare: 0.25, using: &random).isSampled }
        #expect((2_300...2_700).contains(told))
        #expect(!TraceContext.root(sampledShare: 0, using: &random).isSampled)
    }

    @Test("Without a collector nothing is kept")
    func off() throws {
        Tracer.off.record(try TraceContext(Self.caller)) {
            Issue.record("nobody wants this step")
            return span(.root())
        }
        #expect(Tracer.off.take().spans.isEmpty)
    }

    @Test("A full queue costs the newest steps, which are counted")
    func full() {
        let tracer = Tracer(sampledShare: 1)
        for _ in 0..<(Tracer.waitingMax + 3) { tracer.record(.root()) { span(.root()) } }
        let taken = tracer.take()
        #expect(taken.spans.count == Tracer.waitingMax)
        #expect(taken.dropped == 3)
        #expect(tracer.take().dropped == 0)
    }

    @Test("A collector that never answers costs nobody anything, and is told of in one line")
    func silentCollector() async throws {
        let gate = Gate()
        try await TraceCollector.with(answer: {
            await gate.wait()
            return Response(status: 503)
        }) { collector in
            let tracer = Tracer(sampledShare: 1)
            let exporter = exporter(tracer, collector.endpoint)
            try await exporter.start()
            let served = router(tracer)
            for round in 1...2 {
                let answer = await served.respond(to: try Request(.get, "/v1/films/1"))
                #expect(answer.status == 200)
                try await eventually("the steps were given up") {
                    metrics.text().contains("filmclub_spans_total{outcome=\"failed\"} \(round)")
                }
            }
            #expect(recorder.lines(of: "traces.export.failed").count == 1)
            await exporter.stop(within: .seconds(10))
            gate.open()
        }
    }

    @Test("A collector that comes back is told what happens from then on")
    func recovery() async throws {
        let isAway = Lock(true)
        try await TraceCollector.with(answer: { isAway.withLock { $0 } ? Response(status: 503) : nil }) { collector in
            let tracer = Tracer(sampledShare: 1)
            let exporter = exporter(tracer, collector.endpoint)
            try await exporter.start()
            tracer.record(.root()) { span(.root(), "lost") }
            try await eventually("it was refused") { !recorder.lines(of: "traces.export.failed").isEmpty }
            isAway.withLock { $0 = false }
            tracer.record(.root()) { span(.root(), "told") }
            try await eventually("it was taken") { !collector.steps.isEmpty }
            // The stop sends what nobody has fetched yet.
            tracer.record(.root()) { span(.root(), "last") }
            await exporter.stop(within: .seconds(10))
            #expect(collector.steps.map(\.name) == ["told", "last"])
            #expect(recorder.lines(of: "traces.export.works_again").count == 1)
        }
    }

    @Test(
        "The share of traces is a number from 0 to 1",
        arguments: [
            ("0", true), ("0.25", true), ("1", true), ("1.5", false), ("-1", false), ("half", false), ("nan", false),
        ])
    func share(text: String, isTaken: Bool) {
        let settings = try? Configuration(keys: ShellKeys.all, environment: ["OTEL_TRACES_SAMPLER_ARG": text])
        #expect((settings != nil) == isTaken)
    }
}
