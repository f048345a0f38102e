import JSON
import Testing

@testable import HTTPServer
@testable import ServiceShell

@Suite("Health and metrics routes")
struct OpsRoutesTests {
    private let health = Health()
    private let metrics = Metrics()

    private func get(_ path: String) async throws -> (status: Int, body: String, type: String?) {
        let response = await OpsRoutes(health: health, metrics: metrics).router().respond(to: try Request(.get, path))
        guard case .bytes(let bytes) = response.body else { return (response.status, "", nil) }
        return (response.status, String(decoding: bytes, as: UTF8.self), response.headers["Content-Type"])
    }

    @Test("From start to stop: live always, started once, ready while all checks are")
    func transitions() async throws {
        let database = health.check("database")
        #expect(try await get("/health/live").status == 200)
        #expect(try await get("/health/startup").status == 503)
        #expect(try await get("/health/ready").status == 503)

        health.markStarted()
        #expect(try await get("/health/startup").status == 200)
        let waiting = try await get("/health/ready")
        #expect(waiting.status == 503)
        #expect(
            waiting.body
                == #"{"status":"not-ready","checks":[{"name":"startup","status":"ready"},"#
                + #"{"name":"database","status":"not-ready","reason":"It has not reported yet."}]}"#)

        database.ready()
        let ready = try await get("/health/ready")
        #expect(ready.status == 200)
        #expect(ready.type == "application/json")

        health.markStopping()
        let stopping = try await get("/health/ready")
        #expect(stopping.status == 503)
        #expect(stopping.body.contains("The service is stopping."))
        #expect(try await get("/health/live").status == 200)
        #expect(try await get("/health/startup").status == 200)
    }

    @Test("Degraded is said with 200, and what has not caught up with 503")
    func degraded() async throws {
        health.markStarted()
        health.check("relay").say(.degraded("The broker is silent."))
        let ready = try await get("/health/ready")
        #expect(ready.status == 200)
        #expect(ready.body.contains(#"{"name":"relay","status":"degraded","reason":"The broker is silent."}"#))
        #expect(try await get("/health/caught-up").status == 200)
        health.catchingUp("outbox") { .notReady("1 events wait to be published.") }
        #expect(try await get("/health/caught-up").status == 503)
    }

    @Test("Metrics are served in the text format's media type")
    func metricsRoute() async throws {
        metrics.counter("x_total", help: "X.").increment()
        let answer = try await get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.body == "# HELP x_total X.\n# TYPE x_total counter\nx_total 1\n")
    }

    @Test("Answers are counted by method, route and status; a stranger's method is no new series")
    func access() {
        let access = AccessMetrics(metrics)
        func record(_ method: String, _ route: String?, _ status: Int?, complete: Bool = true) {
            access.record(
                AccessRecord(
                    method: method, route: route, status: status, duration: .milliseconds(3), bytes: 1,
                    isComplete: complete, remoteAddress: "127.0.0.1"))
        }
        record("GET", "/v1/films/{id}", 200)
        record("BREW", nil, 400)
        record("GET", "/v1/films/{id}", nil, complete: false)
        let text = metrics.text()
        #expect(text.contains(#"filmclub_http_requests_total{method="GET",route="/v1/films/{id}",status="200"} 1"#))
        #expect(text.contains(#"filmclub_http_requests_total{method="other",route="unmatched",status="400"} 1"#))
        #expect(text.contains(#"filmclub_http_answers_broken_total{route="/v1/films/{id}"} 1"#))
        #expect(
            text.contains(#"filmclub_http_request_seconds_bucket{method="GET",route="/v1/films/{id}",le="0.005"} 1"#))
    }
}
