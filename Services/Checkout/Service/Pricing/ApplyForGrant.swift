internal import CheckoutDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres

/// Takes an institution's application for a grant, once an idempotency key and once a cycle.
struct ApplyForGrant: Sendable {
    let answers: IdempotentAnswers
    let addresses: OrderAddresses
    let now: @Sendable () -> Instant

    struct Command: Sendable {
        let institution: InstitutionID
        let key: IdempotencyKey
        let cycle: Slug
        let statement: String

        /// SHA-256 of the question as it was understood.
        fileprivate var fingerprint: [UInt8] {
            var question = JSONWriter()
            question.beginArray()
            for part in ["POST /v1/grants", cycle.text, statement] { question.string(part) }
            question.endArray()
            return Hashing.sha256(question.bytes)
        }
    }

    enum Refusal: Error {
        case buyer(OrderRejection)
        case cycleUnknown(Slug)
        case cycleOver(GrantCycle)
        /// For this cycle the institution has applied before.
        case appliedFor(GrantID)
    }

    func callAsFunction(_ command: Command) async throws -> StoredAnswer {
        try await answers.answer(
            to: ScopedKey(institution: command.institution, key: command.key), fingerprint: command.fingerprint
        ) { transaction in
            let rows = try await transaction.unit([
                InstitutionStore.select(command.institution), GrantStore.cycle(command.cycle),
            ])
            guard let institution = try rows[0].first.map({ try Institution($0) }) else {
                throw Refusal.buyer(.institutionUnknown)
            }
            guard institution.verified else { throw Refusal.buyer(.institutionNotVerified) }
            guard let row = rows[1].first else { throw Refusal.cycleUnknown(command.cycle) }
            let cycle = try GrantCycle(row)
            guard try !row.get("is_over", as: Bool.self) else { throw Refusal.cycleOver(cycle) }
            return try await write(
                Grant(
                    id: .generate(now: now()), institutionId: institution.id, cycle: cycle,
                    statement: command.statement), in: transaction)
        }
    }

    private func write(_ grant: Grant, in transaction: PostgresTransaction) async throws -> StoredAnswer {
        let rows = try await transaction.unit([
            GrantStore.write(new: grant), GrantStore.select(of: grant.institutionId, cycle: grant.cycle.name),
        ])
        let stored = try GrantRow(try rows[1].one())
        guard !rows[0].isEmpty else { throw Refusal.appliedFor(stored.standing.grant.id) }
        return StoredAnswer(status: 201, location: addresses.grant(grant.id), body: stored.json(addresses))
    }
}
