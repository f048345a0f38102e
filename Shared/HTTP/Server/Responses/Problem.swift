public import JSON

/// An error as the client sees it: problem details for HTTP (RFC 9457).
///
/// `type` is stable: clients branch on it. `title` belongs to the type and never changes with the occurrence;
/// `detail` explains this one. Neither ever holds a secret, a statement or a stack.
public struct Problem: Error, Sendable {
    public var status: Int
    /// A URN such as `urn:filmclub:problem:cart-already-ordered`.
    public var type: String
    public var title: String
    public var detail: String?
    /// Extension members (RFC 9457 §3.2), such as the links or lists that the type defines.
    public var members: JSONObject
    /// Header fields that go with it, such as `Retry-After`.
    public var headers: ResponseHeaders

    public static let typePrefix = "urn:filmclub:problem:"
    public static let mediaType = "application/problem+json"

    /// `name` is the kebab-case end of the type.
    public init(
        status: Int, _ name: String, title: String, detail: String? = nil, members: JSONObject = [:],
        headers: ResponseHeaders = [:]
    ) {
        self.status = status
        type = Self.typePrefix + name
        self.title = title
        self.detail = detail
        self.members = members
        self.headers = headers
    }

    /// The body as it goes out.
    public var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", type)
        writer.member("title", title)
        writer.member("status", status)
        if let detail { writer.member("detail", detail) }
        for (key, value) in members.members {
            writer.key(key)
            writer.value(value)
        }
        writer.endObject()
        return writer.bytes
    }
}

/// What any service of ours may answer.
extension Problem {
    /// 400: this is not a request that can be read.
    public static func malformedRequest(_ detail: String) -> Problem {
        Problem(.malformedRequest, detail: detail)
    }

    /// 400: a path or query parameter is missing or cannot be read.
    public static func invalidParameter(_ name: String, detail: String) -> Problem {
        Problem(.invalidParameter, detail: detail, members: ["parameter": .string(name)])
    }

    /// 404.
    public static func notFound(_ detail: String? = nil) -> Problem {
        Problem(.notFound, detail: detail)
    }

    /// 405 with what the resource does allow (RFC 9110 §15.5.6).
    public static func methodNotAllowed(allow: String) -> Problem {
        Problem(
            .methodNotAllowed, detail: "This resource allows \(allow).", headers: ["Allow": allow])
    }

    /// 408: the request did not arrive within its time (RFC 9110 §15.5.9).
    public static let requestTimedOut = Problem(
        .requestTimedOut, detail: "The request took too long to arrive. Nothing was begun.")

    /// 413.
    public static func bodyTooLarge(bytesMax: Int) -> Problem {
        Problem(
            .bodyTooLarge, detail: "A body of at most \(bytesMax) bytes is read here.",
            members: ["bytesMax": .integer(Int64(bytesMax))])
    }

    /// 415 with what would be accepted (RFC 9110 §15.5.16).
    public static func unsupportedMediaType(accepted: [String]) -> Problem {
        let list = accepted.joined(separator: ", ")
        return Problem(
            .unsupportedMediaType,
            detail: "A body is read here as \(list) in UTF-8, without a content coding.", headers: ["Accept": list])
    }

    /// 503: more is under way than may be at once; nothing was begun.
    public static func overloaded(retryAfterSeconds: Int = 1) -> Problem {
        Problem(
            .overloaded, detail: "Too many requests are under way. This one was not begun.",
            headers: ["Retry-After": "\(retryAfterSeconds)"])
    }

    /// 503: the handler did not answer within its time; what it began may still end.
    public static let timedOut = Problem(
        .timedOut, detail: "The answer took too long. What was begun may or may not have been done.",
        headers: ["Retry-After": "1"])

    /// 503: the process ends.
    public static let shuttingDown = Problem(
        .shuttingDown,
        detail: "This process ends. What was begun may or may not have been done.", headers: ["Retry-After": "1"])

    /// 500 without a word of why: that goes to the log.
    public static let internalError = Problem(
        .internalError, detail: "The fault is ours and has been noted.")
}
