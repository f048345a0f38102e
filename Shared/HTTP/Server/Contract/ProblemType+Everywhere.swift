/// What any service of ours may answer.
extension ProblemType {
    /// This is not a request that can be read.
    public static let malformedRequest = ProblemType(400, "malformed-request", "Malformed request")
    /// A path or query parameter is missing or cannot be read.
    public static let invalidParameter = ProblemType(
        400, "invalid-parameter", "Invalid parameter", members: [.required("parameter", .text(like: "limit"))])
    /// The body is no JSON that is read here.
    public static let malformedJSON = ProblemType(
        400, "malformed-json", "Malformed JSON", members: place + [.optional("errors", .array(.fault))])
    /// The body is JSON that is not what is asked for.
    public static let invalidField = ProblemType(400, "invalid-field", "Invalid field", members: place)
    public static let notFound = ProblemType(404, "not-found", "Not found")
    /// RFC 9110 §15.5.6.
    public static let methodNotAllowed = ProblemType(
        405, "method-not-allowed", "Method not allowed", headers: [.allow])
    /// RFC 9110 §15.5.9.
    public static let requestTimedOut = ProblemType(408, "request-timed-out", "Request timed out")
    /// What `If-Match`, `If-None-Match` or `If-Unmodified-Since` asks for is not so.
    public static let preconditionFailed = ProblemType(
        412, "precondition-failed", "Precondition failed",
        members: [.optional("current", .described("Its state as it is now.", .object([])))])
    /// RFC 6585 §3.
    public static let preconditionRequired = ProblemType(428, "precondition-required", "Precondition required")
    public static let bodyTooLarge = ProblemType(
        413, "body-too-large", "Body too large", members: [.required("bytesMax", .count)])
    public static let targetTooLong = ProblemType(414, "target-too-long", "Target too long")
    public static let unsupportedMediaType = ProblemType(
        415, "unsupported-media-type", "Unsupported media type",
        headers: [AnswerHeader("Accept", .text(like: "application/json"), says: "What is read here.")])
    public static let rangeNotSatisfiable = ProblemType(
        416, "range-not-satisfiable", "Range not satisfiable",
        headers: [AnswerHeader("Content-Range", .text(like: "bytes */1024"), says: "How long the content is.")])
    public static let expectationFailed = ProblemType(417, "expectation-failed", "Expectation failed")
    public static let headersTooLarge = ProblemType(431, "headers-too-large", "Headers too large")
    public static let internalError = ProblemType(500, "internal", "Internal error")
    public static let methodNotImplemented = ProblemType(501, "method-not-implemented", "Method not implemented")
    public static let transferEncodingNotSupported = ProblemType(
        501, "transfer-encoding-not-supported", "Transfer coding not supported")
    /// More is under way than may be at once; nothing was begun.
    public static let overloaded = ProblemType(503, "overloaded", "Overloaded", headers: [.retryAfter])
    /// The handler did not answer within its time; what it began may still end.
    public static let timedOut = ProblemType(503, "timed-out", "Timed out", headers: [.retryAfter])
    public static let shuttingDown = ProblemType(503, "shutting-down", "Shutting down", headers: [.retryAfter])
    /// What is needed for the answer cannot be reached or is not there yet; nothing was done.
    public static let unavailable = ProblemType(503, "unavailable", "Unavailable", headers: [.retryAfter])

    /// What the listener answers before a route has its say, or in its stead.
    static let ofEveryRequest: [ProblemType] = [
        malformedRequest, requestTimedOut, bodyTooLarge, targetTooLong, unsupportedMediaType, expectationFailed,
        headersTooLarge, internalError, transferEncodingNotSupported, overloaded, timedOut, shuttingDown,
    ]

    /// Where in the body: of one fault, or of the first of several.
    private static let place: [Schema.Member] = [
        .required("line", .positive), .required("column", .positive), .optional("path", .text(like: "films[3].slug")),
    ]
}

extension Schema {
    /// One of several things that are wrong with a body.
    public static let fault = Schema.object(
        "Fault",
        [
            .required("path", .described("Empty for the whole body.", .text(like: "films[3].slug"))),
            .required("message", .text(like: "A slug is lower-case letters and digits joined by hyphens.")),
            .optional("line", .positive), .optional("column", .positive),
            .optional("file", .described("What the body names and is at fault itself.", .text(like: "roma/en.vtt"))),
            .optional("fileLine", .positive),
        ])
}
