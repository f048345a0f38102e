internal import HTTPServer
internal import JSON

/// What operators and their machines ask, on a port of its own: `/health/live`, `/health/startup`, `/health/ready`,
/// `/health/caught-up` and `/metrics`. Nothing here needs a token; the port is not for the outside.
struct OpsRoutes {
    let health: Health
    let metrics: Metrics

    func router() -> Router {
        var router = Router()
        router.get("/health/live") { _ in
            // Whoever answers lives.
            Self.answer(HealthReport(entries: []))
        }
        router.get("/health/startup") { [health] _ in
            Self.answer(HealthReport(entries: health.report().entries.filter { $0.name == "startup" }))
        }
        router.get("/health/ready") { [health] _ in Self.answer(health.report()) }
        router.get("/health/caught-up") { [health] _ in Self.answer(await health.catchUpReport()) }
        router.get("/metrics") { [metrics] _ in
            Response(
                headers: ["Content-Type": MetricsText.contentType, "Cache-Control": "no-store"],
                body: .bytes(Array(metrics.text().utf8)))
        }
        return router
    }

    /// 200 or 503 with `{"status":"ready","checks":[{"name":"database","status":"ready"}]}`.
    static func answer(_ report: HealthReport) -> Response {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", report.isReady ? "ready" : "not-ready")
        writer.key("checks")
        writer.beginArray()
        for entry in report.entries {
            writer.beginObject()
            writer.member("name", entry.name)
            switch entry.status {
            case .ready: writer.member("status", "ready")
            case .degraded(let reason):
                writer.member("status", "degraded")
                writer.member("reason", reason)
            case .notReady(let reason):
                writer.member("status", "not-ready")
                writer.member("reason", reason)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes, status: report.isReady ? 200 : 503, headers: ["Cache-Control": "no-store"])
    }
}
