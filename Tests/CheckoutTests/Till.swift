import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import JSON
import Messaging
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport

@testable import CheckoutService

/// A whole checkout that knows its house, reached over HTTP.
struct Till: ServiceWorld {
    let house: SampleHouse
    let ground: ServiceGround
    let checkout: Checkout
    let service: HostedService

    /// Opens a till whose house is imported and projected, and closes it afterwards.
    static func with(waitingOrdersMax: Int? = nil, _ body: (Till) async throws -> Void) async throws {
        try await with(try SampleHouse(), waitingOrdersMax: waitingOrdersMax, body)
    }

    static func with(
        _ house: SampleHouse, waitingOrdersMax: Int? = nil, _ body: (Till) async throws -> Void
    ) async throws {
        try await ServiceGround.with(CheckoutMigrations.all) { ground in
            let checkout = try checkout(on: ground, waitingOrdersMax: waitingOrdersMax)
            try await open(house, ground, checkout) { till in
                try await till.importing([house.school])
                try await till.tell(house.films, house.programme)
                try await body(till)
            }
        }
    }

    /// A second process of the same service: a pool, a memory and a listener of its own, the same database and house.
    /// - Parameter connectionString: another way to that database.
    func withAnotherProcess(connectionString: String? = nil, _ body: (Till) async throws -> Void) async throws {
        let pool = ground.database.pool { configuration in
            if let connectionString { configuration.connectionString = connectionString }
        }
        let other = ground.with(pool)
        try await Self.open(house, other, try Self.checkout(on: other), body)
    }

    private static func open(
        _ house: SampleHouse, _ ground: ServiceGround, _ checkout: Checkout, _ body: (Till) async throws -> Void
    ) async throws {
        try await checkout.load()
        try await HostedService.with(ground) {
            checkout.register(in: &$0)
        } _: { service in
            try await body(Till(house: house, ground: ground, checkout: checkout, service: service))
        }
    }

    private static func checkout(on ground: ServiceGround, waitingOrdersMax: Int? = nil) throws -> Checkout {
        var limits = OrderBatcher.Batching.Limits()
        if let waitingOrdersMax { limits.waitingOrdersMax = waitingOrdersMax }
        // Metrics of its own: another process of the service counts for itself.
        let metrics = Metrics()
        return Checkout(
            pool: ground.pool, authenticator: try ground.identity.authenticator(log: ground.log, metrics: metrics),
            publicBaseURL: nil, on: TestLoop.shared, log: ground.log, metrics: metrics, batching: limits,
            now: { .now() }, committed: {})
    }

    /// Another process of the same service: the same database, a memory of its own.
    func anotherProcess() throws -> Checkout { try Self.checkout(on: ground) }

    // MARK: - Events

    /// The catalog tells of films and of a programme.
    func tell(_ films: [Film] = [], _ programme: Programme? = nil, to other: Checkout? = nil) async throws {
        var events: [InboxEvent] = []
        for film in films { events.append(try event(FilmChanged(film: film), sequence: film.version)) }
        if let programme {
            events.append(try event(ProgrammeChanged(programme: programme), sequence: programme.version))
        }
        try await apply(events, by: other)
    }

    func apply(_ events: [InboxEvent], by other: Checkout? = nil) async throws {
        try await ground.apply(events, by: (other ?? checkout).events)
    }

    func state(of order: OrderID) async throws -> JSONValue {
        try await send("GET", "/v1/orders/\(order)", as: [.operator]).json
    }

    // MARK: - Requests

    func send(
        _ method: String, _ path: String, as roles: [Role], of institution: InstitutionID? = nil,
        headers: [(String, String)] = [], body: [UInt8]? = nil
    ) async throws -> Answer {
        try await send(
            method, path, token: roles.isEmpty ? nil : try token(roles, of: institution), headers: headers, body: body)
    }

    /// `POST /v1/orders` by the school's purchaser.
    func order(
        _ request: OrderRequest, key: String? = "\(UUID())", of institution: InstitutionID? = nil,
        _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> Answer {
        var body: JSONObject = [
            "cartId": .string(request.cartId.text), "programmeId": .string(request.programmeId.text),
            "filmIds": .array(request.filmIds.map { .string($0.text) }),
            "payment": ["method": "purchase_order", "purchaseOrderNumber": "PO-2026-17"],
        ]
        change(&body)
        return try await send(
            "POST", "/v1/orders", as: [.purchaser], of: institution ?? house.school.id,
            headers: key.map { [("Idempotency-Key", $0)] } ?? [], body: JSON.encode(.object(body)))
    }

    @discardableResult
    func importing(
        _ institutions: [Institution] = [], taxes: [TaxRate]? = nil, isDryRun: Bool = false
    ) async throws -> Answer {
        try await send(
            "POST", "/v1/imports\(isDryRun ? "?dryRun=true" : "")", as: [.operator],
            body: JSON.encode(ImportDocument(institutions: institutions, taxes: taxes)))
    }
}

extension Answer {
    var orderID: OrderID? { json["id"]?.stringValue.flatMap { try? OrderID($0) } }
}
