import FilmClubModel
import HTTPClient
import JSON
import Postgres
import Reactor
import TestSupport

/// An order that was answered with 201.
struct PlacedOrder: Hashable, Sendable {
    let id: String
    let cart: String
    /// The answer, which every repetition of the question must get again.
    let body: [UInt8]
    /// Questions that had to be asked again, of this order.
    let repetitions: Int
}

/// A full cart, and the question that makes an order of it.
struct ChosenOrder: Sendable {
    /// The idempotency key too.
    let name: String
    let cart: String
    let question: JSONValue
    /// Questions that had to be asked again, to come here.
    let repetitions: Int

    func placed(_ body: [UInt8], repetitions: Int = 0) throws -> PlacedOrder {
        PlacedOrder(
            id: try Customers.text(body, "id"), cart: cart, body: body, repetitions: self.repetitions + repetitions)
    }
}

/// Place orders as impatient clients do: whatever is not answered, or answered with "later", is asked again, of
/// the other process, under the same key.
struct Customers: Sendable {
    let fleet: Fleet
    private let client: Client
    private let token: String
    private var films: [String] = []

    /// At once, each with an order of its own.
    static let customersMax = 8
    /// How long a customer asks one question.
    static let patience: Duration = .seconds(150)
    static let pause: Duration = .milliseconds(100)

    init(_ fleet: Fleet) async throws {
        self.fleet = fleet
        client = fleet.client
        token = try await fleet.token("selector,purchaser")
        films = try await sellableFilms()
        try await waitUntilKnown()
    }

    private init(_ other: Customers, client: Client) {
        (fleet, token, films) = (other.fleet, other.token, other.films)
        self.client = client
    }

    /// Places `count` orders, one begun every `interval` at the soonest, and gives them all back.
    func place(_ count: Int, every interval: Duration) async throws -> [PlacedOrder] {
        let run = UniqueName.next()
        let begin = ContinuousClock.now
        // Their connections go with them: what the services have open afterwards is their own.
        let customers = Customers(self, client: Client(on: TestLoop.shared, configuration: Fleet.clientConfiguration))
        do {
            let orders = try await customers.place(count, every: interval, since: begin, run)
            await customers.client.close()
            return orders
        } catch {
            await customers.client.close()
            throw error
        }
    }

    private func place(
        _ count: Int, every interval: Duration, since begin: ContinuousClock.Instant, _ run: String
    ) async throws -> [PlacedOrder] {
        try await withThrowingTaskGroup(of: PlacedOrder.self) { group in
            var orders: [PlacedOrder] = []
            for number in 0..<count {
                if number >= Self.customersMax, let order = try await group.next() { orders.append(order) }
                let due = begin + interval * number
                if due > .now { try await TestLoop.shared.sleep(for: due - .now) }
                group.addTask { try await placeOne("\(run)-\(number)", first: number % Fleet.processesPerService) }
            }
            for try await order in group { orders.append(order) }
            return orders
        }
    }

    /// - Parameter first: the process that is asked first.
    private func placeOne(_ name: String, first: Int) async throws -> PlacedOrder {
        let order = try await chosen(name, first: first)
        let answer = try await ask("POST", "checkout", "/v1/orders", key: name, body: order.question, first: first)
        // As a client does whose connection broke before it had read the answer.
        let again = try await ask("POST", "checkout", "/v1/orders", key: name, body: order.question, first: first + 1)
        guard again.body == answer.body else { throw FleetFailed("\(name): one key, two answers") }
        return try order.placed(answer.body, repetitions: answer.repetitions + again.repetitions)
    }

    /// Fills a cart.
    func chosen(_ name: String, first: Int = 0) async throws -> ChosenOrder {
        let cart = try await ask(
            "POST", "cart", "/v1/carts", key: "\(name)-cart", body: ["programmeId": "spanish-film-club"],
            first: first)
        let cartID = try Self.text(cart.body, "id")
        var repetitions = cart.repetitions
        for (position, film) in films.enumerated() {
            repetitions += try await ask("PUT", "cart", "/v1/carts/\(cartID)/films/\(film)", first: first + position)
                .repetitions
        }
        let programme = try JSON.parse(cart.body)["programmeId"] ?? .null
        let question: JSONValue = [
            "cartId": .string(cartID), "programmeId": programme, "filmIds": .array(films.map { .string($0) }),
            "payment": ["method": "purchase_order", "purchaseOrderNumber": .string(name)],
        ]
        return ChosenOrder(name: name, cart: cartID, question: question, repetitions: repetitions)
    }

    /// Asks until there is an answer that is one; anything but success and "later" is a failure.
    private func ask(
        _ method: String, _ service: String, _ path: String, key: String? = nil, body: JSONValue? = nil, first: Int
    ) async throws -> (body: [UInt8], repetitions: Int) {
        let deadline = ContinuousClock.now + Self.patience
        var repetitions = 0
        var last = "nothing"
        while ContinuousClock.now < deadline {
            let index = (first + repetitions) % Fleet.processesPerService
            do {
                let process = try fleet.process(service, index)
                let response = try await send(method, try process.url(path), key: key, body: body)
                if (200...299).contains(response.status) { return (response.body, repetitions) }
                last = "\(response.status): \(String(decoding: response.body, as: UTF8.self))"
                // 409 with Retry-After: the same key is at work in the other process.
                let isLater = [429, 503].contains(response.status) || response.headers["Retry-After"] != nil
                guard isLater else { throw FleetFailed("\(method) \(path) was answered with \(last)") }
            } catch let error as ClientError {
                last = "\(error)"
            } catch let error as NoAddress {
                last = "\(error)"
            }
            repetitions += 1
            try await TestLoop.shared.sleep(for: Self.pause)
        }
        throw FleetFailed("\(method) \(path) found no answer within \(Self.patience); the last was \(last)")
    }

    private func send(
        _ method: String, _ url: String, key: String? = nil, body: JSONValue? = nil
    ) async throws -> ClientResponse {
        try await client.send(request(method, url, key: key, body: body))
    }

    func request(_ method: String, _ url: String, key: String? = nil, body: JSONValue? = nil) -> ClientRequest {
        var request = ClientRequest(method, url, body: body.map { JSON.encode($0) })
        request.headers.append(("Authorization", "Bearer \(token)"))
        if body != nil { request.headers.append(("Content-Type", "application/json")) }
        if let key { request.headers.append(("Idempotency-Key", key)) }
        return request
    }

    // MARK: - Before the first order

    /// Five that can be sold to the fleet's institution.
    private func sellableFilms() async throws -> [String] {
        let list = try JSON.parse(try await ask("GET", "catalog", "/v1/films?limit=100", first: 0).body)
        var chosen: [String] = []
        for film in list["films"]?.arrayValue ?? [] where chosen.count < 5 {
            guard let id = film["id"]?.stringValue else { continue }
            let page = try JSON.parse(try await ask("GET", "catalog", "/v1/films/\(id)", first: 0).body)
            let isSellable =
                page["status"]?.stringValue != "withdrawn"
                && page["territories"]?.arrayValue?.contains(.string("US")) == true
            if isSellable { chosen.append(id) }
        }
        guard chosen.count == 5 else { throw FleetFailed("the catalogue has only \(chosen.count) films to sell") }
        return chosen
    }

    /// Orders are refused while the services have not heard of the catalogue yet.
    private func waitUntilKnown() async throws {
        let projections: [(service: String, table: SQL)] = [
            ("cart", "programme_projection"), ("cart", "institution_projection"), ("checkout", "programme_projection"),
            ("streaming", "institution_projection"),
        ]
        for (service, table) in projections {
            try await fleet.wait(for: "\(service) knows its projections") {
                try await fleet.database(service).query("SELECT FROM \(sql: table) LIMIT 1").count == 1
            }
        }
        for service in ["cart", "checkout"] {
            try await fleet.wait(for: "\(service) knows the films") {
                try await fleet.database(service).query(
                    "SELECT FROM film_projection WHERE id = ANY(\(films)::uuid[])"
                ).count == films.count
            }
        }
    }

    static func text(_ body: [UInt8], _ member: String) throws -> String {
        guard let text = try JSON.parse(body)[member]?.stringValue else {
            throw FleetFailed("there is no \(member) in \(String(decoding: body, as: UTF8.self))")
        }
        return text
    }
}

/// Names that nobody has used.
enum UniqueName {
    static func next() -> String { "race-\(EventID.generate(now: .now()))" }
}
