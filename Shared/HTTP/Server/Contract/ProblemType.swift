public import JSON

/// A kind of problem (RFC 9457): what its status, type and title are whenever it happens, and which members it brings.
public struct ProblemType: Sendable, Hashable {
    public let status: Int
    /// The end of the type, in kebab case: `cart-full`.
    public let name: String
    /// Belongs to the type and never changes with the occurrence.
    public let title: String
    /// Extension members (RFC 9457 §3.2).
    public let members: [Schema.Member]
    /// Header fields that always go with it.
    public let headers: [AnswerHeader]

    public init(
        _ status: Int, _ name: String, _ title: String, members: [Schema.Member] = [], headers: [AnswerHeader] = []
    ) {
        self.status = status
        self.name = name
        self.title = title
        self.members = members
        self.headers = headers
    }

    /// A URN such as `urn:filmclub:problem:cart-already-ordered`.
    public var type: String { Problem.typePrefix + name }

    /// Its body.
    public var schema: Schema {
        .object(
            [
                .required("type", .word(type)), .required("title", .word(title)),
                .required("status", .integer(Int64(status)...Int64(status))),
                .optional("detail", .text(like: "What happened here, in a sentence for people.")),
            ] + members)
    }
}

extension Problem {
    /// An occurrence of `type`.
    public init(
        _ type: ProblemType, detail: String? = nil, members: JSONObject = [:], headers: ResponseHeaders = [:]
    ) {
        self.init(
            status: type.status, type.name, title: type.title, detail: detail, members: members, headers: headers)
    }
}

/// A header field of an answer.
public struct AnswerHeader: Sendable, Hashable {
    public let name: String
    public let schema: Schema
    public let says: String
    /// Whether the answer always has it.
    public let isCertain: Bool

    public init(_ name: String, _ schema: Schema, isCertain: Bool = true, says: String) {
        self.name = name
        self.schema = schema
        self.says = says
        self.isCertain = isCertain
    }
}

extension AnswerHeader {
    public static let location = AnswerHeader(
        "Location", .text(like: "/v1/things/0190b5a8-7c00-7000-8000-000000000001"), says: "Where it is from now on.")
    public static let entityTag = AnswerHeader(
        "ETag", .text(like: "\"7\""), says: "Names this very state of it (RFC 9110 §8.8.3).")
    public static let retryAfter = AnswerHeader(
        "Retry-After", .text(Schema.Text(pattern: "^[0-9]+$", example: "1")),
        says: "Ask again after so many seconds.")
    public static let allow = AnswerHeader("Allow", .text(like: "GET, HEAD"), says: "What the resource allows.")
    public static let challenge = AnswerHeader(
        "WWW-Authenticate", .text(like: "Bearer realm=\"filmclub\""), says: "What is asked for (RFC 6750 §3).")
}
