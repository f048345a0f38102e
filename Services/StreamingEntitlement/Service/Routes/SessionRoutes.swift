internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell
internal import StreamingEntitlementDomain

/// `POST /v1/entitlements/{id}/sessions`.
struct SessionRoutes: Sendable {
    static let bodyBytesMax = 4 * 1_024

    let authenticator: Authenticator
    let openSession: OpenSession
    let meters: StreamingMeters
    let log: Log

    func register(in router: inout Router) {
        router.post("/v1/entitlements/{id}/sessions", .openSession) { try await answer($0) }
    }

    private func answer(_ request: Request) async throws -> Response {
        let caller = try authenticator.requireInstitution(.organiser, .viewer, of: request)
        let key = try IdempotencyKey(request)
        let id = try request.parameter("id") { try? EntitlementID($0) }
        try Self.checkBody(request)
        let command = OpenSession.Command(institution: caller.institution, entitlement: id, key: key)
        do {
            let outcome = try await Problem.forDatabase { try await openSession(command) }
            note(outcome, request)
            return .json(
                outcome.answer.body, status: outcome.answer.status, headers: ["Cache-Control": "no-store"])
        } catch let refusal as PlaybackRefusal {
            meters.sessions.with(refusal.reason).increment()
            throw Problem(refusal)
        }
    }

    /// There is nothing to say yet: no body, or an object, whose members are for later versions.
    private static func checkBody(_ request: Request) throws(Problem) {
        guard !request.body.isEmpty else { return }
        do {
            if try JSON.parse(request.body).objectValue != nil { return }
        } catch {
            throw Problem(error)
        }
        throw Problem(
            .invalidField, detail: "The body is an object, or empty.", members: ["line": 1, "column": 1])
    }

    private func note(_ outcome: OpenSession.Outcome, _ request: Request) {
        meters.sessions.with(outcome.opened == nil ? "answered-before" : "opened").increment()
        guard let session = outcome.opened else { return }
        request.log(log).info(
            "session.opened", ["session_id": .id(session.id), "entitlement_id": .id(session.entitlementId)])
    }
}
