public import JSON

/// What tells one state of a resource from another (RFC 9110 §8.8).
public struct Validators: Sendable, Equatable {
    /// With its quotes, and `W/` before them if it is weak.
    public var entityTag: String?
    /// Whole seconds since 1970, UTC.
    public var lastModifiedSeconds: Int64?

    public init(entityTag: String? = nil, lastModifiedSeconds: Int64? = nil) {
        self.entityTag = entityTag
        self.lastModifiedSeconds = lastModifiedSeconds
    }

    /// What an answer says of itself.
    init(_ headers: ResponseHeaders) {
        entityTag = headers["ETag"]
        lastModifiedSeconds = headers["Last-Modified"].flatMap(HTTPDate.seconds)
    }
}

/// Conditional requests, in the order of precedence that RFC 9110 §13.2.2 gives them.
enum Preconditions {
    enum Outcome: Equatable {
        case proceed
        /// 304: the client has it already.
        case notModified
        /// 412: it is not what the client takes it for.
        case failed
    }

    /// `current` is nil where there is nothing yet.
    static func evaluate(_ headers: RequestHeaders, _ method: Method, of current: Validators?) -> Outcome {
        let isRead = method == .get || method == .head
        if let match = headers["If-Match"] {
            guard let current, EntityTags.list(match, holds: current.entityTag, weakly: false) else { return .failed }
        } else if let since = headers["If-Unmodified-Since"].flatMap(HTTPDate.seconds) {
            if let modified = current?.lastModifiedSeconds, modified > since { return .failed }
        }
        if let noneMatch = headers["If-None-Match"] {
            if let current, EntityTags.list(noneMatch, holds: current.entityTag, weakly: true) {
                return isRead ? .notModified : .failed
            }
        } else if isRead, let since = headers["If-Modified-Since"].flatMap(HTTPDate.seconds) {
            if let modified = current?.lastModifiedSeconds, modified <= since { return .notModified }
        }
        return .proceed
    }

    /// Whether `Range` is to be heeded: without `If-Range`, or where that names this very state (RFC 9110 §13.1.5).
    /// A date is never strong enough here: a file may change twice within its second, and we always send a tag.
    static func heedsRange(_ headers: RequestHeaders, entityTag: String) -> Bool {
        guard let condition = headers["If-Range"] else { return true }
        return condition == entityTag && !EntityTags.isWeak(entityTag)
    }
}

extension Problem {
    /// 412: what `If-Match`, `If-None-Match` or `If-Unmodified-Since` asks for is not so.
    public static let preconditionFailed = Problem(
        .preconditionFailed,
        detail: "The resource is not in the state that the request takes it to be in. Nothing was done.")
}

extension Problem {
    /// 428: a change that says not what state it was made for might undo another one unseen (RFC 6585 §3).
    public static let preconditionRequired = Problem(
        .preconditionRequired,
        detail: "Send If-Match with the ETag of the state that you have seen. Nothing was done.")
}

extension Request {
    /// For changes that nobody may make unseen: throws 428 without `If-Match`, and 412 where it names another state than
    /// `entityTag`, with the state as it is now in the member `current`.
    public func requireMatch(of entityTag: String, current: () throws -> JSONValue) throws {
        guard headers["If-Match"] != nil else { throw Problem.preconditionRequired }
        do throws(Problem) {
            try requirePreconditions(of: Validators(entityTag: entityTag))
        } catch {
            var problem = error
            problem.members["current"] = try current()
            throw problem
        }
    }

    /// For handlers that change something, before they do: throws 412 where the request's conditions do not hold of
    /// `current`, nil where there is nothing yet. (GET and HEAD need not ask: an answer that carries an `ETag` or
    /// `Last-Modified` is held against the conditions as it goes out.)
    public func requirePreconditions(of current: Validators?) throws(Problem) {
        guard Preconditions.evaluate(headers, method, of: current) == .proceed else { throw .preconditionFailed }
    }
}

extension Response {
    /// The answer to a read, or 304 or 412 in its place if its own validators say so.
    func underConditions(of request: Request) -> Response {
        guard status == 200, request.method == .get || request.method == .head, request.headers.hasConditions
        else { return self }
        let validators = Validators(headers)
        guard validators != Validators() else { return self }
        switch Preconditions.evaluate(request.headers, request.method, of: validators) {
        case .proceed: return self
        case .notModified: return .notModified(headers)
        case .failed: return Response(.preconditionFailed)
        }
    }

    /// 304 with what a 200 would have said of caching and nothing of the content (RFC 9110 §15.4.5).
    static func notModified(_ headers: ResponseHeaders) -> Response {
        var headers = headers
        for name in ["Content-Type", "Content-Encoding", "Content-Language", "Content-Range"] { headers[name] = nil }
        return Response(status: 304, headers: headers)
    }
}

/// Entity tags (RFC 9110 §8.8.3).
enum EntityTags {
    static func isWeak(_ tag: String) -> Bool { tag.hasPrefix("W/") }

    /// Whether a list of tags, or `*`, names the tag. The strong comparison takes two strong tags only, the weak one
    /// does not look at `W/`. A list that cannot be read names nothing from there on.
    static func list(_ header: String, holds tag: String?, weakly: Bool) -> Bool {
        var rest = Array(header.utf8)[...]
        if rest.elementsEqual("*".utf8) { return true }
        guard let tag, weakly || !isWeak(tag) else { return false }
        let opaque = Array(isWeak(tag) ? tag.utf8.dropFirst(2) : tag.utf8[...])
        while true {
            rest = rest.drop { $0 == ASCII.space || $0 == ASCII.tab || $0 == UInt8(ascii: ",") }
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == ASCII.quote, let end = rest.dropFirst().firstIndex(of: ASCII.quote) else {
                return false
            }
            if weakly || !isWeak, rest[...end].elementsEqual(opaque) { return true }
            rest = rest[(end + 1)...]
        }
    }
}
