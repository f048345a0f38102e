internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

/// `POST /v1/orders/{id}/cancellation`: by the buyer within the programme's terms, or by the house.
struct CancellationRoutes: Sendable {
    static let bodyBytesMax = 4 * 1_024

    let authenticator: Authenticator
    let reader: OrderReader
    let cancelOrder: CancelOrder
    let log: Log

    func register(in router: inout Router) {
        router.post("/v1/orders/{id}/cancellation", .cancelOrder) { try await cancel($0) }
    }

    private func cancel(_ request: Request) async throws -> Response {
        let caller = try authenticator.require(.purchaser, .operator, of: request)
        let isHouse = caller.roles.contains(.operator)
        let id = try request.parameter("id") { try? OrderID($0) }
        let key = try IdempotencyKey(request)
        let reason = try request.decoded(as: CancellationBody.self).reason
        guard let institution = try await Problem.forDatabase({ try await reader.institution(of: id) }),
            isHouse || caller.institution == institution
        else { throw Problem.notFound("There is no such order.") }
        let command = CancelOrder.Command(
            order: id, institution: institution, key: key, canceller: isHouse ? .house : .buyer, reason: reason,
            trace: request.identity.trace)
        do {
            let answer = try await Problem.forDatabase { try await cancelOrder(command) }
            request.log(log).info("order.cancelled", [.orderID: .id(id), "reason": .text(reason.text)])
            return .json(answer.body, status: answer.status, headers: ["Cache-Control": "no-store"])
        } catch let refusal as CancellationRefusal {
            throw Problem(refusal)
        }
    }
}

private struct CancellationBody: Decodable {
    /// A word and no sentence: it goes into an event, where no person's words belong.
    let reason: Slug

    private enum Member: String, CodingKey, CaseIterable {
        case reason
    }

    init(from decoder: any Decoder) throws {
        reason = try BodyMembers<Member>(decoder).decode(.reason)
    }
}

extension Problem {
    fileprivate init(_ refusal: CancellationRefusal) {
        let (why, sentence) =
            switch refusal {
            case .ended(let state): (state.rawValue, "The order is \(state.rawValue) already.")
            case .noTerms: ("no-terms", "The programme was sold without a right to cancel.")
            case .tooLate(let end): ("too-late", "The right to cancel ended at \(end).")
            }
        self.init(.orderNotCancellable, detail: sentence, members: ["why": .string(why)])
    }
}
