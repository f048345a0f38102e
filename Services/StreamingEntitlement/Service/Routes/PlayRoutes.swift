internal import HTTPServer
internal import ServiceShell
internal import StreamingEntitlementDomain

/// `GET /v1/play/{token}/{path...}`, and HEAD: playlists, subtitles, initialisation and media segments, all behind one
/// gate. The token stands in the path, so that the relative addresses in a playlist inherit it.
struct PlayRoutes: Sendable {
    /// Only the player itself may keep what it got, and must ask here before it shows it again: a window closes on what
    /// was kept, too.
    static let caching = "private, no-cache"
    /// `/v1/play/<token>/`: what comes before the path of a file, split at slashes.
    private static let segmentsBefore = 4

    let gate: PlayGate

    func register(in router: inout Router) {
        router.get("/v1/play/{token}/{path...}", .play) { try await play($0) }
        // Without a path there is no token either, whatever stands in its place.
        router.get("/v1/play/{path}", .playWithoutToken) { _ in
            gate.meters.gate.with("token-refused").increment()
            throw Problem.streamTokenMissing
        }
    }

    private func play(_ request: Request) async throws -> Response {
        do {
            let token = try request.parameter("token") { $0 }
            let admission = try await gate.admit(token: token, rawPath: Self.rawPath(request))
            let response = try response(admission, to: request)
            gate.meters.gate.with("served").increment()
            return response
        } catch let refusal as PlayGate.Refusal {
            gate.meters.gate.with(refusal.outcome).increment()
            throw Problem(refusal)
        }
    }

    /// The path as it was sent: escapes are undone in one place only, by the type that knows which are allowed. The
    /// listener has refused encoded slashes and empty segments, so the slashes here are the router's.
    private static func rawPath(_ request: Request) -> String {
        request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(segmentsBefore)
            .joined(separator: "/")
    }

    private func response(_ admission: PlayGate.Admission, to request: Request) throws -> Response {
        switch admission.content {
        case .text(let bytes, let type):
            return Response(
                headers: ["Content-Type": type.rawValue, "Cache-Control": Self.caching], body: .bytes(bytes))
        case .file(let type):
            guard let file = gate.library.folder.file(admission.path, of: admission.claims.asset) else {
                throw PlayGate.Refusal.notFound
            }
            return try Response.file(
                file, for: request, mediaType: type.rawValue, headers: ["Cache-Control": Self.caching])
        }
    }
}
