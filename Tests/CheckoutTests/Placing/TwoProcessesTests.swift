import CheckoutDomain
import FilmClubModel
import HTTPClient
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("Two processes of checkout")
struct TwoProcessesTests {
    @Test("100 identical requests at once over two processes: one order, one body byte for byte, 409 only meanwhile")
    func identical() async throws {
        try await Till.with { first in
            try await first.withAnotherProcess { second in
                let request = first.house.request()
                let answers = try await Self.race(100) { racer in
                    try await (racer.isMultiple(of: 2) ? first : second).order(request, key: "k")
                }
                let placed = answers.filter { $0.status == 201 }
                #expect(!placed.isEmpty)
                #expect(Set(placed.map(\.bytes)).count == 1)
                #expect(placed.count + answers.count { $0.problem == "idempotency-key-in-use" } == 100)
                for till in [first, second] {
                    let again = try await till.order(request, key: "k")
                    #expect(again.status == 201)
                    #expect(again.bytes == placed.first?.bytes)
                }
                #expect(try await first.count("orders") == 1)
                #expect(try await first.count("idempotency_keys") == 1)
                let events = try await first.pool.query("SELECT FROM event_log WHERE topic = \(Topic.orders.name)")
                #expect(events.count == 2)
            }
        }
    }

    @Test(
        "The same carts at once over two processes, in either order: each cart has one order, and nobody waits for ever"
    )
    func sameCarts() async throws {
        try await Till.with { first in
            try await first.withAnotherProcess { second in
                let requests = (0..<20).map { _ in first.house.request() }
                let answers = try await Self.race(40) { racer in
                    racer < 20
                        ? try await first.order(requests[racer], key: "first-\(racer)")
                        : try await second.order(requests[39 - racer], key: "second-\(racer)")
                }
                #expect(answers.count { $0.status == 201 } == 20)
                #expect(answers.count { $0.problem == "cart-already-ordered" } == 20)
                #expect(try await first.count("orders") == 20)
            }
        }
    }

    private static func race(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for racer in 0..<count { group.addTask { try await body(racer) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}

@Suite("A database that has stopped without a word")
struct SilentDatabaseTests {
    @Test("Orders and pages are answered with 503 by the database's limits, long before the listener gives up")
    func silent() async throws {
        try await Till.with { till in
            let id = try #require(try await till.order(till.house.request()).orderID)
            try await till.database.withProxy { proxy, through in
                try await till.withAnotherProcess(connectionString: through) { till in
                    #expect(try await till.order(till.house.request()).status == 201)
                    try await proxy.stopListening()
                    let request = till.house.request()
                    async let order = till.order(request, key: "k")
                    async let page = till.send("GET", "/v1/orders/\(id)", as: [.operator])
                    async let institution = till.send(
                        "GET", "/v1/institutions/\(till.house.school.id)", as: [.operator])
                    for answer in try await [order, page, institution] {
                        #expect(answer.status == 503)
                        #expect(answer.problem != "timed-out")
                        #expect(answer.headers["Retry-After"] == "1")
                    }
                    try await proxy.cut()
                    #expect(try await till.order(request, key: "k").status == 201)
                }
            }
            #expect(try await till.count("orders") == 3)
        }
    }
}
