public import HTTPServer

extension Operation.Parameter {
    /// Of everything that creates something.
    public static let idempotencyKey = Operation.Parameter(
        .header, "Idempotency-Key",
        .text(
            Schema.Text(
                pattern: "^([!#-\\[\\]-~]{1,\(IdempotencyKey.charactersMax)}"
                    + "|\"[!#-\\[\\]-~]{1,\(IdempotencyKey.charactersMax)}\")$",
                example: "0d3c4f0e-order-of-may")),
        says: "With it the request can be repeated without harm: the same answer, byte for byte, and one effect.",
        isRequired: true,
        problems: [
            .idempotencyKeyMissing, .idempotencyKeyInvalid, .idempotencyKeyReused, .idempotencyKeyInUse,
        ])
}

/// What goes wrong with an Idempotency-Key (IETF draft-ietf-httpapi-idempotency-key-header, §2.7).
extension ProblemType {
    static let idempotencyKeyMissing = ProblemType(400, "idempotency-key-missing", "Idempotency-Key missing")
    static let idempotencyKeyInvalid = ProblemType(400, "idempotency-key-invalid", "Idempotency-Key invalid")
    static let idempotencyKeyReused = ProblemType(422, "idempotency-key-reused", "Idempotency-Key reused")
    static let idempotencyKeyInUse = ProblemType(
        409, "idempotency-key-in-use", "Idempotency-Key in use", headers: [.retryAfter])
}
