import FilmClubModel
import JSON
import Messaging
import ServiceShell
import ServiceTestSupport
import TestSupport

@testable import CatalogService

/// A catalog of one test's own, asked over HTTP.
struct CatalogWorld: ServiceWorld {
    let ground: ServiceGround
    let service: HostedService
    /// Calls after a commit.
    let published: Counter

    /// - Parameter isWatching: whether pages are kept in memory.
    static func with(
        isWatching: Bool = true, _ body: (CatalogWorld) async throws -> Void
    ) async throws {
        try await ServiceGround.with(CatalogMigrations.all) { ground in
            let published = ground.metrics.counter("test_published", help: "Calls after a commit.")
            let catalog = Catalog(
                pool: ground.pool, authenticator: try ground.authenticator(), on: TestLoop.shared, log: ground.log,
                metrics: ground.metrics, now: { .now() }, committed: { published.increment() })
            try await HostedService.with(ground) {
                catalog.register(in: &$0)
            } _: { service in
                try await catalog.watch.whileRunning(isWatching) {
                    try await catalog.importRuns.worker.whileRunning(true) {
                        try await body(CatalogWorld(ground: ground, service: service, published: published))
                    }
                }
            }
        }
    }

    func get(_ target: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send("GET", target, headers: headers)
    }

    /// As an operator.
    func load(_ document: ImportDocument, isDryRun: Bool = false) async throws -> Answer {
        try await load(text: JSON.encode(document), isDryRun: isDryRun)
    }

    func load(text: [UInt8], isDryRun: Bool = false) async throws -> Answer {
        try await post(
            text, to: "/v1/imports" + (isDryRun ? "?dryRun=true" : ""), token: try token([.operator], of: nil))
    }

    func post(
        _ body: [UInt8], to target: String = "/v1/imports", token: String?, mediaType: String = "application/json"
    ) async throws -> Answer {
        try await send("POST", target, token: token, headers: [("Content-Type", mediaType)], body: body)
    }

    /// What was appended to the event log, in order.
    func events() async throws -> [WrittenEvent] { try await ground.logged() }

    func filmCount() async throws -> Int64 { try await count("films") }
}
