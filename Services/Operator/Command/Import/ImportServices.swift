internal import ServiceShell

/// The services as an import sees them. Every call has a token of its own: a large import outlasts any.
struct ImportServices: Sendable {
    let house: House
    let context: CommandContext

    init(_ context: CommandContext) {
        house = House(context)
        self.context = context
    }

    func url(_ service: House.Service, _ path: String) -> String { house.url(service, path) }

    func call(
        _ method: String, _ url: String, idempotencyKey: String? = nil, body: [UInt8]? = nil,
        expecting status: Int = 200
    ) async throws -> [UInt8] {
        try await house.call(
            method, url, token: try token(), idempotencyKey: idempotencyKey, body: body, expecting: status)
    }

    func call<Answer: Decodable>(
        _ method: String, _ url: String, idempotencyKey: String? = nil, body: [UInt8]? = nil,
        expecting status: Int = 200
    ) async throws -> Answer {
        try await house.call(
            method, url, token: try token(), idempotencyKey: idempotencyKey, body: body, expecting: status)
    }

    private func token() throws -> String { try context.token(TokenRequest(roles: [.operator], minutes: 10)) }
}
