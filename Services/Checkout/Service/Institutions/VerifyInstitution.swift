internal import CheckoutDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// Decides once an idempotency key whether an institution is what it says: the decision, what follows from it, its line
/// in the audit log and the answer are committed together.
struct VerifyInstitution: Sendable {
    let answers: IdempotentAnswers
    let facts: FactsInMemory
    let now: @Sendable () -> Instant
    /// Called after something was committed to the event log.
    let committed: @Sendable () -> Void

    struct Command: Sendable {
        let institution: InstitutionID
        let key: IdempotencyKey
        let decision: VerificationDecision
        let reason: String
        let call: OperatorCall
        let trace: TraceContext

        /// SHA-256 of the question as it was understood.
        fileprivate var fingerprint: [UInt8] {
            var question = JSONWriter()
            question.beginArray()
            question.string("POST /v1/institutions/{id}/verifications")
            question.string(decision.rawValue)
            question.string(reason)
            question.endArray()
            return Hashing.sha256(question.bytes)
        }
    }

    /// There is no such institution.
    struct Unknown: Error {}

    func callAsFunction(_ command: Command) async throws -> StoredAnswer {
        let answer = try await answers.answer(
            to: ScopedKey(institution: command.institution, key: command.key), fingerprint: command.fingerprint
        ) { transaction in
            let rows = try await transaction.unit([
                InstitutionStore.hold([command.institution]), InstitutionStore.lastDecision(on: command.institution),
            ])
            guard let before = try rows[0].first.map({ try Institution($0) }) else { throw Unknown() }
            let last = try rows[1].first.map { try $0.get("decision", as: String.self) }
            let after = try before.decided(command.decision, last: last.flatMap(VerificationDecision.init))
            return try await write(after, isNews: after != before, command, in: transaction)
        }
        // Also for an answer that is repeated: its event may still wait.
        committed()
        return answer
    }

    private func write(
        _ institution: Institution, isNews: Bool, _ command: Command, in transaction: PostgresTransaction
    ) async throws -> StoredAnswer {
        let now = now()
        let verification = Verification(
            id: .generate(now: now), institution: institution.id, decision: command.decision, reason: command.reason,
            decidedBy: command.call.caller.subject)
        var statements = [InstitutionStore.write([verification])]
        if isNews {
            let cause = EventCause(correlationID: .generate(now: now), trace: command.trace)
            statements += try InstitutionStore.write([institution], cause: cause, now: now)
        }
        statements.append(command.call.granted(["decision": .string(command.decision.rawValue)]))
        let rows = try await transaction.unit(statements)
        // If this does not commit, the next order's check finds out.
        if isNews { await facts.take([institution]) }
        var writer = JSONWriter(capacity: 512)
        writer.verification(verification, decidedAt: try rows[0].one().get("decided_at"), institution: institution)
        return StoredAnswer(
            status: 201, location: "/v1/institutions/\(institution.id)/verifications", body: writer.bytes)
    }
}

extension JSONWriter {
    /// Without its author, who is shown to operators only and stands in no stored answer.
    fileprivate mutating func verification(
        _ verification: Verification, decidedAt: Instant, institution: Institution
    ) {
        beginObject()
        member("id", verification.id.text)
        member("institutionId", institution.id.text)
        member("decision", verification.decision.rawValue)
        member("reason", verification.reason)
        member("decidedAt", decidedAt.text)
        member("verified", institution.verified)
        member("institutionVersion", institution.version)
        endObject()
    }
}
