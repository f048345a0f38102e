public import HTTPServer

/// What goes wrong with an Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header, §2.7). The types are stable.
extension Problem {
    static let retryAfter: ResponseHeaders = ["Retry-After": "1"]

    public static let idempotencyKeyMissing = Problem(
        .idempotencyKeyMissing,
        detail: "Send an Idempotency-Key header: with it the request can be repeated without harm.")

    public static let idempotencyKeyInvalid = Problem(
        .idempotencyKeyInvalid,
        detail: "A key has 1 to \(IdempotencyKey.charactersMax) visible ASCII characters, quoted or not.")

    public static let idempotencyKeyReused = Problem(
        .idempotencyKeyReused,
        detail: "The key belongs to another request. Each request needs a key of its own.")

    public static let idempotencyKeyInUse = Problem(
        .idempotencyKeyInUse,
        detail: "The first request with this key is still at work. Ask again for its answer.", headers: retryAfter)
}

extension IdempotencyKey {
    /// The request's key, or the problem that it has none.
    public init(_ request: Request) throws(Problem) {
        guard let header = request.headers["Idempotency-Key"] else { throw Problem.idempotencyKeyMissing }
        guard let key = IdempotencyKey(header: header) else { throw Problem.idempotencyKeyInvalid }
        self = key
    }
}
