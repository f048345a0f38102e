import FilmClubModel
import JSON
import ServiceTestSupport
import TestSupport
import Testing

/// What an operator can see of one order: a trace, metrics and log lines; and what none of them tells.
@Suite("One order, seen from outside", .serialized)
struct ObservabilityTests {
    @Test(
        "One order is one trace from the client's own to the entitlements, counted and logged, and names nobody",
        arguments: House.Broker.available)
    func order(broker: House.Broker) async throws {
        try await TraceCollector.with { collector in
            let client = TraceContext.root()
            let settings = ["OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint]
            try await House.with(broker, settings: settings, trace: client) { house in
                let sample = try await house.filmclub("import", "\(House.root)/deploy/sample/catalogue.json")
                #expect(sample.status == 0, "\(sample.output)")
                let token = try await house.token("selector,purchaser")
                let order = try await house.placeOrder(token: token)
                try await house.wait(for: "the order is fulfilled") {
                    try await house.state(ofOrder: order, token: token) == "fulfilled"
                }
                try await house.wait(for: "every step has arrived") {
                    Self.missing(in: collector.steps.filter { $0.trace == client.traceID }, client).isEmpty
                }
                Self.checkTrace(collector.steps.filter { $0.trace == client.traceID }, client)
                let wanted = [
                    "filmclub_http_requests_total{method=\"POST\",route=\"/v1/orders\",status=\"201\"} 1",
                    "filmclub_orders_total{outcome=\"placed\"} 1",
                    "filmclub_broker_embedded \(broker == .embedded ? 1 : 0)",
                    "filmclub_consumer_partition_lag_records{topic=\"entitlement.entitlements.v1\",partition=",
                    "filmclub_database_connections{state=\"idle\"}", "filmclub_database_waiting 0",
                ]
                var metrics = ""
                // The gauges are read once in a while.
                try await house.wait(for: "the metrics tell of it") {
                    metrics = try await house.metrics("checkout")
                    return wanted.allSatisfy(metrics.contains)
                }
                #expect(try await house.down() == 0)
                try Self.checkSilence(house, collector, metrics, trace: client.traceID)
            }
            #expect(collector.faults.isEmpty)
        }
    }

    /// What the order's way still lacks: each process that hands it on, and each that follows from the one before.
    private static func missing(in steps: [TraceCollector.Step], _ client: TraceContext) -> [String] {
        var missing: [String] = []
        var parents: Set<String> = [client.spanID]
        for (service, name) in [
            ("filmclub-checkout", "POST /v1/orders"), ("filmclub-streaming", "process checkout.orders.v1"),
            ("filmclub-checkout", "process entitlement.entitlements.v1"),
            ("filmclub-cart", "process checkout.orders.v1"),
        ] {
            let found = steps.filter { $0.service == service && $0.name == name && parents.contains($0.parent ?? "") }
            if found.isEmpty { missing.append("\(name) of \(service)") }
            parents = Set(found.map(\.id))
        }
        for (service, topic) in [
            ("filmclub-checkout", "checkout.orders.v1"), ("filmclub-streaming", "entitlement.entitlements.v1"),
            ("filmclub-cart", "cart.carts.v1"),
        ] where !steps.contains(where: { $0.service == service && $0.name == "send \(topic)" && $0.kind == 4 }) {
            missing.append("send \(topic)")
        }
        return missing
    }

    /// Each step has an id of its own, and a parent that is one of ours or the client's.
    private static func checkTrace(_ steps: [TraceCollector.Step], _ client: TraceContext) {
        let known = Set(steps.map(\.id) + [client.spanID])
        #expect(known.count == steps.count + 1)
        for step in steps { #expect(step.parent.map(known.contains) ?? false, "\(step)") }
    }

    /// The log has the trace, and neither it nor the metrics nor the collector a person, a title or a token.
    private static func checkSilence(
        _ house: House, _ collector: TraceCollector, _ metrics: String, trace: String
    ) throws {
        let log = try #require(File.text("\(house.state)/log/checkout.log"))
        let line = log.split(separator: "\n").first {
            $0.contains("\"event\":\"request.answered\"") && $0.contains("\"route\":\"/v1/orders\"")
        }
        #expect(line.map { $0.contains(trace) && $0.contains("\"status\":201") } ?? false, "\(log)")
        let catalogue = try JSON.parse(
            Array(try #require(File.text("\(House.root)/deploy/sample/catalogue.json")).utf8))
        let titles = (catalogue["films"]?.arrayValue ?? []).compactMap { $0["title"]?.stringValue }
        #expect(titles.count >= 5)
        var places = [("the metrics", metrics), ("the collector", collector.text)]
        for service in ["catalog", "cart", "checkout", "streaming"] {
            places.append((service, try #require(File.text("\(house.state)/log/\(service).log"))))
        }
        for (name, text) in places {
            for secret in titles + ["PO-SYSTEM", "\"developer\"", "eyJ"] where text.contains(secret) {
                Issue.record("\(secret) is in \(name)")
            }
        }
    }
}
