internal import CheckoutDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging
internal import Postgres

/// Takes an institution's request for a price, once an idempotency key.
struct RequestQuote: Sendable {
    let answers: IdempotentAnswers
    let addresses: OrderAddresses
    let now: @Sendable () -> Instant

    struct Command: Sendable {
        let institution: InstitutionID
        let key: IdempotencyKey
        let programme: ProgrammeID
        let message: String?

        /// SHA-256 of the question as it was understood.
        fileprivate var fingerprint: [UInt8] {
            var question = JSONWriter()
            question.beginArray()
            question.string("POST /v1/quotes")
            question.string(programme.text)
            if let message { question.string(message) }
            question.endArray()
            return Hashing.sha256(question.bytes)
        }
    }

    /// - Throws: `OrderRejection` where the institution cannot buy the programme at any price.
    func callAsFunction(_ command: Command) async throws -> StoredAnswer {
        try await answers.answer(
            to: ScopedKey(institution: command.institution, key: command.key), fingerprint: command.fingerprint
        ) { transaction in
            let rows = try await transaction.unit([
                InstitutionStore.select(command.institution), ProjectionStore.select(command.programme),
            ])
            let (institution, programme) = try OrderPlacement.parties(
                command.programme, institution: try rows[0].first.map { try Institution($0) },
                programme: try rows[1].first.map { try Programme(projected: $0) })
            let quote = Quote(
                id: .generate(now: now()), institutionId: institution.id, programmeId: programme.id,
                message: command.message)
            let written = try await transaction.unit([
                QuoteStore.write(new: quote), QuoteStore.select(quote.id, of: nil),
            ])
            let body = try QuoteRow(try written[1].one()).json(addresses)
            return StoredAnswer(status: 201, location: addresses.quote(quote.id), body: body)
        }
    }
}
