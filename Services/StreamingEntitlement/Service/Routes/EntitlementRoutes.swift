internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell
internal import StreamingEntitlementDomain

/// `GET /v1/entitlements?orderId=`, `GET /v1/entitlements/{id}`: an institution's own; an operator's are all.
struct EntitlementRoutes: Sendable {
    let authenticator: Authenticator
    let reader: EntitlementReader

    func register(in router: inout Router) {
        router.get("/v1/entitlements", .listEntitlements) { try await list($0) }
        router.get("/v1/entitlements/{id}", .readEntitlement) { try await show($0) }
    }

    /// Empty while the order is not granted, and for an order of another institution: the two look alike.
    private func list(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        guard let order = try request.query("orderId", { try? OrderID($0) }) else {
            throw Problem.invalidParameter("orderId", detail: "Name the order: ?orderId=<id>.")
        }
        let isOperator = caller.roles.contains(.operator)
        guard isOperator || caller.institution != nil else { return Self.answer(EntitlementDocument.json([])) }
        let entitlements = try await Problem.forDatabase {
            try await reader.entitlements(of: order, institution: isOperator ? nil : caller.institution)
        }
        return Self.answer(EntitlementDocument.json(entitlements))
    }

    private func show(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let id = try request.parameter("id") { try? EntitlementID($0) }
        // Another institution's entitlement is answered like one that is not there.
        guard let found = try await Problem.forDatabase({ try await reader.entitlement(id) }),
            caller.roles.contains(.operator) || caller.institution == found.entitlement.institutionId
        else { throw Problem.notFound("There is no such entitlement.") }
        return Self.answer(found.json)
    }

    private static func answer(_ bytes: [UInt8]) -> Response { .json(bytes, headers: ["Cache-Control": "no-store"]) }
}
