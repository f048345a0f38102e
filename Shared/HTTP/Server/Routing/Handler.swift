/// Answers a request. A thrown `Problem` goes out as it is; any other error is a 500 whose reason goes to the log.
///
/// Runs on the listener's loop, in its caller's isolation: what it awaits on the same loop costs no hop.
public typealias Handler = @Sendable (Request) async throws -> Response

/// Something around handlers: it may look at the request, put something into its storage, answer by itself, or change
/// the answer of `next`.
public protocol Middleware: Sendable {
    func handle(_ request: Request, next: Handler) async throws -> Response
}

/// What a route asks of a request before its handler sees it.
public struct RouteOptions: Sendable {
    /// A larger body is refused with 413.
    public var bodyBytesMax: Int
    /// A body of another type is refused with 415; nil takes any.
    public var mediaTypes: [String]?

    public static let bodyBytesMaxDefault = 256 * 1024

    public init(bodyBytesMax: Int = Self.bodyBytesMaxDefault, mediaTypes: [String]? = nil) {
        self.bodyBytesMax = bodyBytesMax
        self.mediaTypes = mediaTypes
    }

    public static let standard = RouteOptions()
    public static let json = RouteOptions(mediaTypes: ["application/json"])

    /// Whether a `Content-Type` names one of the media types. Of its parameters only `charset` matters: bodies are read
    /// as UTF-8, so one that says it is something else is not taken for it.
    func accepts(mediaType: String?) -> Bool {
        guard let mediaTypes else { return true }
        guard let mediaType else { return false }
        let parts = mediaType.utf8.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map {
            ASCII.trimmed($0)
        }
        guard let name = parts.first, mediaTypes.contains(where: { ASCII.equalIgnoringCase($0.utf8, name) })
        else { return false }
        return parts.dropFirst().allSatisfy { parameter in
            let name = parameter.prefix { $0 != ASCII.equals }
            guard ASCII.equalIgnoringCase(ASCII.trimmed(name), "charset".utf8) else { return true }
            let value = ASCII.trimmed(parameter[name.endIndex...].dropFirst())
            return ASCII.equalIgnoringCase(value, "utf-8".utf8) || ASCII.equalIgnoringCase(value, "\"utf-8\"".utf8)
        }
    }
}
