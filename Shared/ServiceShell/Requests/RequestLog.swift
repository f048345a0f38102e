internal import FilmClubModel
public import HTTPServer

/// The outermost middleware of every interface: gives each request its identity, turns what handlers throw into
/// problems, logs the answer, and tells the tracer of it.
///
/// A line of the log names the route's pattern and never the path, whose parameters may be a token or tell what an
/// institution watches. Quick, successful reads are logged at `debug` only: the metrics count them.
public struct RequestLog: Middleware {
    /// A read that takes longer is worth a line.
    static let slowRead: Duration = .seconds(1)
    static let requestIDHeader = "X-Request-Id"

    private let log: Log
    private let tracer: Tracer
    private let identities: IdentitySource

    public init(_ log: Log, tracer: Tracer = .off) {
        self.log = log
        self.tracer = tracer
        identities = IdentitySource(sampledShare: tracer.sampledShare)
    }

    public func handle(_ request: Request, next: Handler) async throws -> Response {
        var request = request
        let identity = identities.identity(
            requestID: request.headers[Self.requestIDHeader], traceparent: request.headers["traceparent"])
        request.identity = identity
        let begin = ContinuousClock.now
        var response = await answer(request, next: next)
        response.headers[Self.requestIDHeader] = identity.id
        let duration = ContinuousClock.now - begin
        record(request, response, duration: duration)
        tracer.record(identity.trace) { Self.span(identity, request, response, duration) }
        return response
    }

    private func answer(_ request: Request, next: Handler) async -> Response {
        do {
            return try await next(request)
        } catch let problem as Problem {
            return Response(problem)
        } catch {
            request.log(log).error(
                "request.failed", ["route": .text(request.route ?? Self.unmatched), .error: .error(error)])
            return Response(.internalError)
        }
    }

    private func record(_ request: Request, _ response: Response, duration: Duration) {
        let level = Self.level(request, response, duration)
        guard level >= log.level else { return }
        request.log(log).write(
            level, "request.answered",
            [
                "method": .text(request.method.rawValue), "route": .text(request.route ?? Self.unmatched),
                "status": .count(response.status),
                .duration: .milliseconds(duration), "bytes": .integer(response.body.count),
            ])
    }

    private static func span(
        _ identity: RequestIdentity, _ request: Request, _ response: Response, _ duration: Duration
    ) -> Span {
        let route = request.route ?? unmatched
        let end = Instant.now()
        return Span(
            .server, "\(request.method.rawValue) \(route)", context: identity.trace, parent: identity.parent,
            begin: end - duration, end: end,
            attributes: [
                ("http.request.method", .text(request.method.rawValue)), ("http.route", .text(route)),
                ("http.response.status_code", .integer(Int64(response.status))),
            ], hasFailed: response.status >= 500)
    }

    /// What stands for the route where none matched.
    static let unmatched = "unmatched"

    private static func level(_ request: Request, _ response: Response, _ duration: Duration) -> LogLevel {
        switch response.status {
        case 500...: .error
        case 400...: .info
        default: (request.method == .get || request.method == .head) && duration < slowRead ? .debug : .info
        }
    }
}
