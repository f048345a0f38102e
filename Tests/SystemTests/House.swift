import FilmClubModel
import Glibc
import HTTPClient
import JSON
import Reactor
import TestSupport
import Testing

/// The real binaries, brought up by deploy/up with a state of their own on free ports.
final class House: Sendable {
    static let institution = "019b76da-a800-7000-8157-000000000001"
    static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    enum Broker: String, CaseIterable, Sendable {
        case embedded
        case apacheKafka
        /// The same with a certificate and the narrowest access rules for each service.
        case securedKafka

        /// The embedded one always; Apache Kafka where a distribution is at hand.
        static var available: [Broker] { getenv("KAFKA_HOME") == nil ? [.embedded] : [.embedded, .apacheKafka] }
    }

    let state: String
    private let broker: Broker
    /// For deploy/up, and so for every service.
    private let settings: [String: String]
    /// What is asked of the services belongs to this trace; nil: to a new one each time.
    private let trace: TraceContext?
    private let client = Client(on: TestLoop.shared)
    private let running = Lock<Process?>(nil)

    init(_ broker: Broker, settings: [String: String] = [:], trace: TraceContext? = nil) throws {
        self.broker = broker
        self.settings = settings
        self.trace = trace
        state = try File.makeFolder("filmclub-system")
    }

    /// Lends a house that is up, and takes it away afterwards.
    static func with(
        _ broker: Broker, settings: [String: String] = [:], trace: TraceContext? = nil,
        _ body: (House) async throws -> Void
    ) async throws {
        let house = try House(broker, settings: settings, trace: trace)
        do {
            try await house.up()
            try await body(house)
        } catch {
            await house.remove()
            throw error
        }
        await house.remove()
    }

    private var environment: [String: String?] {
        var environment: [String: String?] = [
            "FILMCLUB_STATE": state, "FILMCLUB_PORTS": "any", "FILMCLUB_BUILD": "debug", "FILMCLUB_SKIP_BUILD": "1",
            "KAFKA_BOOTSTRAP_SERVERS": nil, "KAFKA_SECURE": broker == .securedKafka ? "1" : nil,
        ]
        if broker == .embedded { environment["KAFKA_HOME"] = .some(nil) }
        return environment.merging(settings) { _, own in own }
    }

    // MARK: - Up and down

    func up() async throws {
        let process = try Process.start(
            "\(Self.root)/deploy/up", environment: environment, outputFile: "\(state)/up.log")
        running.withLock { $0 = process }
        try await wait(for: "the house is up", atMost: .seconds(600)) {
            guard process.isRunning else { throw HouseFailed("deploy/up ended: \(process.output)") }
            return File.exists("\(self.state)/run/ready")
        }
    }

    /// As Ctrl-C does.
    func down() async throws -> Int32 {
        guard let process = running.withLock({ $0 }) else { return 0 }
        running.withLock { $0 = nil }
        process.signal(SIGINT)
        return try await process.end()
    }

    /// Ends whatever is left, and removes the state.
    func remove() async {
        _ = try? await down()
        await client.close()
        let cleaning = try? Process.start("/bin/rm", ["-rf", state], outputFile: "/dev/null")
        _ = try? await cleaning?.end()
    }

    func signal(_ service: String, _ number: Int32) throws {
        guard let pid = File.text("\(state)/run/\(service).pid").flatMap({ pid_t($0) }) else {
            throw HouseFailed("\(service) has no process")
        }
        kill(pid, number)
    }

    /// The operator's command.
    ///
    /// - Parameter asAdmin: with the certificate that may change the broker's access rules.
    func filmclub(_ arguments: String..., asAdmin: Bool = false) async throws -> (status: Int32, output: String) {
        var environment = environment
        if asAdmin {
            environment["KAFKA_TLS_CERTIFICATE"] = "\(state)/secrets/kafka/filmclub-admin.crt"
            environment["KAFKA_TLS_KEY"] = "\(state)/secrets/kafka/filmclub-admin.key"
        }
        let process = try Process.start(
            "\(Self.root)/deploy/filmclub", arguments, environment: environment,
            outputFile: "\(state)/filmclub.log")
        return (try await process.end(), process.output)
    }

    func wait(
        for level: String, atMost limit: Duration = .seconds(300), _ holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !holds() {
            guard ContinuousClock.now < deadline else { throw HouseFailed("not reached: \(level)") }
            try await TestLoop.shared.sleep(for: .milliseconds(50))
        }
    }

    // MARK: - HTTP

    func token(_ roles: String) async throws -> String {
        let answer = try await filmclub("token", "--roles", roles, "--institution", Self.institution)
        guard answer.status == 0, let token = answer.output.split(separator: "\n").first else {
            throw HouseFailed("filmclub token: \(answer.output)")
        }
        return String(token)
    }

    func url(_ service: String, _ path: String, _ listener: String = "http") throws -> String {
        let address = File.text("\(state)/run/\(service).address")?.split(separator: "\n")
            .first { $0.hasPrefix("\(listener)=") }?.dropFirst(listener.count + 1)
        guard let address else { throw HouseFailed("\(service) has no address") }
        return "http://\(address)\(path)"
    }

    @discardableResult
    func call(
        _ method: String, _ service: String, _ path: String, token: String, key: String? = nil,
        body: JSONValue? = nil, expecting status: Int
    ) async throws -> JSONValue {
        var request = ClientRequest(method, try url(service, path), body: body.map { JSON.encode($0) })
        request.headers.append(("Authorization", "Bearer \(token)"))
        if body != nil { request.headers.append(("Content-Type", "application/json")) }
        if let key { request.headers.append(("Idempotency-Key", key)) }
        if let trace { request.headers.append(("traceparent", trace.traceparent)) }
        let response = try await client.send(request)
        guard response.status == status else {
            throw HouseFailed(
                "\(method) \(path) was answered with \(response.status): "
                    + String(decoding: response.body, as: UTF8.self))
        }
        return response.body.isEmpty ? .null : try JSON.parse(response.body)
    }

    /// Chooses five films and orders them.
    func placeOrder(token: String) async throws -> String {
        let films = try await call("GET", "catalog", "/v1/films?limit=100", token: token, expecting: 200)
        let cart = try await call(
            "POST", "cart", "/v1/carts", token: token, key: UniqueName.next(),
            body: ["programmeId": "spanish-film-club"], expecting: 201)
        let cartId = try text(cart, "id")
        var chosen: [JSONValue] = []
        for film in films["films"]?.arrayValue ?? [] where chosen.count < 5 {
            let id = try text(film, "id")
            // One that is withdrawn or not licensed here is passed over.
            let page = try await call("GET", "catalog", "/v1/films/\(id)", token: token, expecting: 200)
            let isSellable =
                page["status"]?.stringValue != "withdrawn"
                && page["territories"]?.arrayValue?.contains(.string("US")) == true
            guard isSellable else { continue }
            try await call("PUT", "cart", "/v1/carts/\(cartId)/films/\(id)", token: token, expecting: 200)
            chosen.append(.string(id))
        }
        let order = try await call(
            "POST", "checkout", "/v1/orders", token: token, key: UniqueName.next(),
            body: [
                "cartId": .string(cartId), "programmeId": cart["programmeId"] ?? .null, "filmIds": .array(chosen),
                "payment": ["method": "purchase_order", "purchaseOrderNumber": "PO-SYSTEM"],
            ], expecting: 201)
        return try text(order, "id")
    }

    /// Everything that a service's operators' listener tells, as text.
    func metrics(_ service: String) async throws -> String {
        let response = try await client.send(ClientRequest("GET", try url(service, "/metrics", "ops")))
        return String(decoding: response.body, as: UTF8.self)
    }

    func state(ofOrder order: String, token: String) async throws -> String {
        try text(try await call("GET", "checkout", "/v1/orders/\(order)", token: token, expecting: 200), "state")
    }

    private func text(_ value: JSONValue, _ member: String) throws -> String {
        guard let text = value[member]?.stringValue else { throw HouseFailed("there is no \(member) in \(value)") }
        return text
    }
}

/// What kept the house from working, in a sentence.
struct HouseFailed: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Names that nobody has used.
enum UniqueName {
    static func next() -> String { "system-\(EventID.generate(now: .now()))" }
}
