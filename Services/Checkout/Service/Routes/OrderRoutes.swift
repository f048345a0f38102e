internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

/// `POST /v1/orders`, `GET /v1/orders/{id}`.
struct OrderRoutes: Sendable {
    static let bodyBytesMax = 64 * 1_024

    let authenticator: Authenticator
    let placeOrder: PlaceOrder
    let reader: OrderReader
    let meters: CheckoutMeters
    let log: Log

    func register(in router: inout Router) {
        router.post("/v1/orders", .placeOrder) { try await place($0) }
        router.get("/v1/orders/{id}", .readOrder) { try await show($0) }
    }

    private func place(_ request: Request) async throws -> Response {
        let caller = try authenticator.requireInstitution(.purchaser, of: request)
        let key = try IdempotencyKey(request)
        let body = try request.decoded(as: OrderRequestBody.self)
        let command = PlaceOrder.Command(
            institution: caller.institution, key: key, request: body.request, trace: request.identity.trace)
        let outcome = try await Problem.forDatabase { try await placeOrder(command) }
        note(outcome, request)
        return try answer(outcome)
    }

    private func answer(_ outcome: PlaceOrder.Outcome) throws(Problem) -> Response {
        switch outcome {
        case .placed(_, let answer), .answeredBefore(let answer):
            return .json(answer.body, status: answer.status, headers: ["Location": answer.location])
        case .keyReused: throw .idempotencyKeyReused
        case .running: throw .idempotencyKeyInUse
        case .cartOrdered(let order): throw .cartAlreadyOrdered(order, at: placeOrder.addresses.order(order))
        case .rejected(let rejection): throw Problem(rejection, placeOrder.addresses)
        case .unsettled: throw .orderUnsettled
        case .overloaded: throw .overloaded()
        }
    }

    private func note(_ outcome: PlaceOrder.Outcome, _ request: Request) {
        meters.outcomes.with(outcome.label).increment()
        if case .placed(let order, _) = outcome {
            request.log(log).info(
                "order.placed", [.orderID: .id(order.id), "films": .count(order.lines.count)])
        }
    }

    private func show(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let id = try request.parameter("id") { try? OrderID($0) }
        // Another institution's order is answered like one that is not there.
        guard let order = try await Problem.forDatabase({ try await reader.order(id) }),
            caller.roles.contains(.operator) || caller.institution == order.institutionId
        else { throw Problem.notFound("There is no such order.") }
        return .json(order.json, headers: ["Cache-Control": "no-store"])
    }
}

extension PlaceOrder.Outcome {
    /// For the metric.
    fileprivate var label: String {
        switch self {
        case .placed: "placed"
        case .answeredBefore: "answered-before"
        case .keyReused: "key-reused"
        case .running: "key-in-use"
        case .cartOrdered: "cart-already-ordered"
        case .rejected: "rejected"
        case .unsettled: "unsettled"
        case .overloaded: "overloaded"
        }
    }
}
