internal import FilmClubModel
internal import HTTPClient
internal import JSON
internal import Reactor
internal import ServiceShell

/// The four services as their client sees them: every call expects one status and says what came instead.
struct House: Sendable {
    let client: Client
    let settings: Configuration
    /// All calls of one command belong to one trace.
    let trace = TraceContext.root()

    init(_ context: CommandContext) {
        client = Client(on: context.loop)
        settings = context.settings
    }

    enum Service: Sendable {
        case catalog, cart, checkout, streaming
    }

    /// A service as operators see it: its store, and the listener that tells its health.
    struct Backstage: Sendable {
        let name: String
        let database: ConfigurationKey<String?>
        let ops: ConfigurationKey<String?>
    }

    static let backstages = [
        Backstage(name: "catalog", database: OperatorKeys.catalogDatabase, ops: OperatorKeys.catalogOps),
        Backstage(name: "cart", database: OperatorKeys.cartDatabase, ops: OperatorKeys.cartOps),
        Backstage(name: "checkout", database: OperatorKeys.checkoutDatabase, ops: OperatorKeys.checkoutOps),
        Backstage(name: "streaming", database: OperatorKeys.streamingDatabase, ops: OperatorKeys.streamingOps),
    ]

    func url(_ service: Service, _ path: String) -> String {
        let base =
            switch service {
            case .catalog: settings[OperatorKeys.catalogURL]
            case .cart: settings[OperatorKeys.cartURL]
            case .checkout: settings[OperatorKeys.checkoutURL]
            case .streaming: settings[OperatorKeys.streamingURL]
            }
        return base + path
    }

    /// The answer's bytes, if its status is `status`.
    func call(
        _ method: String, _ url: String, token: String? = nil, idempotencyKey: String? = nil, body: [UInt8]? = nil,
        expecting status: Int = 200
    ) async throws -> [UInt8] {
        var request = ClientRequest(method, url, body: body, bodyBytesMax: 64 << 20)
        request.headers.append(("traceparent", trace.child().traceparent))
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        if let idempotencyKey { request.headers.append(("Idempotency-Key", "\"\(idempotencyKey)\"")) }
        if body != nil { request.headers.append(("Content-Type", "application/json")) }
        let response = try await client.send(request)
        guard response.status == status else {
            throw UnexpectedAnswer(method: method, url: url, status: response.status, body: response.body)
        }
        return response.body
    }

    /// The answer as `Answer`; members that it does not name are passed over.
    func call<Answer: Decodable>(
        _ method: String, _ url: String, token: String? = nil, idempotencyKey: String? = nil, body: [UInt8]? = nil,
        expecting status: Int = 200, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        try JSON.decode(
            Answer.self,
            from: try await call(
                method, url, token: token, idempotencyKey: idempotencyKey, body: body, expecting: status),
            limits: JSONLimits(bytesMax: 64 << 20))
    }
}

/// A service answered with another status than the one that means success.
struct UnexpectedAnswer: Error, CustomStringConvertible {
    let method: String
    let url: String
    let status: Int
    /// Of the problem's members, where the body is one (RFC 9457).
    let problem: JSONObject?

    init(method: String, url: String, status: Int, body: [UInt8]) {
        self.method = method
        self.url = url
        self.status = status
        problem = (try? JSON.parse(body))?.objectValue
    }

    var type: String? { problem?["type"]?.stringValue }

    /// What is wrong with an import, place by place.
    var errors: [(path: String, message: String)] {
        (problem?["errors"]?.arrayValue ?? []).compactMap { error in
            guard let path = error["path"]?.stringValue, let message = error["message"]?.stringValue else { return nil }
            return (path, message)
        }
    }

    var description: String {
        // A playback address holds a token.
        let shown = url.range(of: "/v1/play/").map { "\(url[..<$0.upperBound])…" } ?? url
        var text = "\(method) \(shown) was answered with \(status)"
        if let title = problem?["title"]?.stringValue { text += ": \(title)" }
        if let detail = problem?["detail"]?.stringValue { text += " (\(detail))" }
        return text
    }
}

extension String {
    func range(of part: String) -> Range<String.Index>? { firstRange(of: part) }
}
