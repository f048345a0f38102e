internal import CartDomain
internal import FilmClubModel
internal import JOSE
internal import JSON
internal import Messaging

/// Opens a cart once per idempotency key: the cart and the answer are committed together.
struct OpenCart: Sendable {
    let answers: IdempotentAnswers
    let carts: EditCart

    struct Command: Sendable {
        let institution: InstitutionID
        let key: IdempotencyKey
        let programme: ProgrammeName
        let trace: TraceContext

        var scopedKey: ScopedKey { ScopedKey(institution: institution, key: key) }
    }

    func callAsFunction(_ command: Command) async throws -> StoredAnswer {
        let answer = try await answers.answer(
            to: command.scopedKey, fingerprint: Self.fingerprint(command.programme)
        ) { transaction in
            let document = try await carts.open(
                command.programme, for: command.institution, trace: command.trace, in: transaction)
            return StoredAnswer(status: 201, location: "/v1/carts/\(document.cart.id)", body: document.json)
        }
        // Also for an answer that is repeated: its event may still wait.
        carts.committed()
        return answer
    }

    /// SHA-256 of the question as it was understood: white space doesn't matter.
    private static func fingerprint(_ programme: ProgrammeName) -> [UInt8] {
        var question = JSONWriter()
        question.beginArray()
        question.string("POST /v1/carts")
        question.string(programme.text)
        question.endArray()
        return Hashing.sha256(question.bytes)
    }
}
