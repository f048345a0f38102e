internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell
internal import StreamingEntitlementDomain

/// Opens playback sessions: everything is checked in the database, in one transaction, and answered once per
/// idempotency key. What the answer holds is good for the gate without another look there.
struct OpenSession: Sendable {
    let answers: IdempotentAnswers
    let library: AssetLibrary
    let tokens: StreamTokens
    let addresses: PlayAddresses
    let now: @Sendable () -> Instant

    struct Command: Sendable {
        let institution: InstitutionID
        let entitlement: EntitlementID
        let key: IdempotencyKey

        /// SHA-256 of the question.
        var fingerprint: [UInt8] { Hashing.sha256(Array("POST /v1/entitlements/\(entitlement)/sessions".utf8)) }
    }

    struct Outcome: Sendable {
        /// Nil where the key had its answer before.
        let opened: PlaybackSession?
        let answer: StoredAnswer
    }

    /// Throws a `PlaybackRefusal`, or a `Problem` with the key.
    func callAsFunction(_ command: Command) async throws -> Outcome {
        let opened = Lock<PlaybackSession?>(nil)
        let answer = try await answers.answer(
            to: ScopedKey(institution: command.institution, key: command.key), fingerprint: command.fingerprint
        ) { transaction in
            let store = SessionStore(transaction: transaction)
            guard let ground = try await store.hold(command.entitlement) else {
                throw PlaybackRefusal.unknownEntitlement
            }
            let session = try await decide(command, on: ground)
            try await store.insert(session, of: command.institution)
            opened.withLock { $0 = session }
            return try self.answer(session)
        }
        return Outcome(opened: opened.withLock { $0 }, answer: answer)
    }

    private func decide(
        _ command: Command, on ground: SessionStore.Ground
    ) async throws(PlaybackRefusal) -> PlaybackSession {
        let session = try ground.entitlement.openSession(
            SessionRequest(
                sessionId: .generate(now: now()), institutionId: command.institution, territory: ground.territory,
                asset: ground.asset, liveSessions: ground.liveSessions, now: ground.now))
        // Looked at last: who may not watch does not make this service read files.
        guard (try? await library.asset(session.asset)) != nil else { throw .notPlayable }
        return session
    }

    /// `{"id":…,"playUrl":…,"expiresAt":…}`: the end is the token's own. A session has no other address.
    private func answer(_ session: PlaybackSession) throws -> StoredAnswer {
        let claims = session.claims
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.member("id", session.id.text)
        writer.member("playUrl", addresses.master(token: try tokens.sign(claims)))
        writer.member("expiresAt", claims.expiresAt.text)
        writer.endObject()
        return StoredAnswer(status: 201, location: "", body: writer.bytes)
    }
}

/// Where players begin: below the service's public address, or below whatever was called where none is set.
struct PlayAddresses: Sendable {
    private let base: String

    init(publicBaseURL: String?) {
        var base = publicBaseURL ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
    }

    func master(token: String) -> String { "\(base)/v1/play/\(token)/\(PlayableAsset.masterPath)" }
}
