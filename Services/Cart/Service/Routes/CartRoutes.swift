internal import CartDomain
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

/// `POST /v1/carts`, `GET /v1/carts/{id}`, `PUT` and `DELETE /v1/carts/{id}/films/{filmId}`.
struct CartRoutes: Sendable {
    static let bodyBytesMax = 16 * 1_024

    let authenticator: Authenticator
    let openCart: OpenCart
    let carts: EditCart
    let meters: CartMeters

    func register(in router: inout Router) {
        router.post("/v1/carts", .openCart) { try await open($0) }
        router.get("/v1/carts/{id}", .readCart) { try await show($0) }
        router.put("/v1/carts/{id}/films/{filmId}", .selectFilm) { try await change($0, EditCart.Change.select) }
        router.delete("/v1/carts/{id}/films/{filmId}", .removeFilm) { try await change($0, EditCart.Change.remove) }
    }

    private func open(_ request: Request) async throws -> Response {
        let institution = try editor(request)
        let key = try IdempotencyKey(request)
        let body = try request.decoded(as: OpenCartBody.self)
        let command = OpenCart.Command(
            institution: institution, key: key, programme: body.programme, trace: request.identity.trace)
        let answer = try await refusing { try await openCart(command) }
        return .json(answer.body, status: answer.status, headers: ["Location": answer.location])
    }

    private func change(
        _ request: Request, _ change: (FilmID) -> EditCart.Change
    ) async throws -> Response {
        let institution = try editor(request)
        let id = try request.cartID
        let film = try request.parameter("filmId") { try? FilmID($0) }
        let edit = change(film)
        let document = try await refusing {
            try await carts.change(id, of: institution, edit, trace: request.identity.trace)
        }
        guard let document else { throw Problem.noSuchCart }
        return .cart(document)
    }

    private func show(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let id = try request.cartID
        // Another institution's cart is answered like one that is not there.
        guard let document = try await Problem.forDatabase({ try await carts.read(id) }),
            caller.roles.contains(.operator) || caller.institution == document.cart.institutionId
        else { throw Problem.noSuchCart }
        return .cart(document)
    }

    /// The institution for which the caller may fill carts.
    private func editor(_ request: Request) throws(Problem) -> InstitutionID {
        try authenticator.requireInstitution(.selector, .purchaser, .organiser, of: request).institution
    }

    private func refusing<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await Problem.forDatabase(work)
        } catch let refusal as CartRefusal {
            meters.refused(refusal)
            throw Problem(refusal)
        }
    }
}

extension Request {
    fileprivate var cartID: CartID {
        get throws(Problem) { try parameter("id") { try? CartID($0) } }
    }
}

extension Problem {
    fileprivate static let noSuchCart = Problem.notFound("There is no such cart.")
}

extension Response {
    fileprivate static func cart(_ document: CartDocument) -> Response {
        .json(document.json, headers: ["Cache-Control": "no-store"])
    }
}
