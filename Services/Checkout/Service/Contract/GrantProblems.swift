internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import JSON

extension [ProblemType] {
    /// Every reason why an order cannot use the grant that it names.
    static let ofUsingGrants: [ProblemType] = [
        .grantUnknown, .grantNotGranted, .grantNotYetValid, .grantExpired, .grantUsed,
    ]
}

/// The types are stable.
extension ProblemType {
    static let grantUnknown = ProblemType(422, "grant-unknown", "Grant unknown")
    static let grantNotGranted = ProblemType(
        422, "grant-not-granted", "Grant not granted", members: [.required("state", .word(of: Grant.State.self))])
    static let grantNotYetValid = ProblemType(
        422, "grant-not-yet-valid", "Grant not yet valid", members: [.required("validFrom", .instant)])
    static let grantExpired = ProblemType(
        422, "grant-expired", "Grant expired", members: [.required("validUntil", .instant)])
    static let grantUsed = ProblemType(
        409, "grant-used", "Grant used", members: [.required("order", .link("/v1/orders"))])

    static let grantAppliedFor = ProblemType(
        409, "grant-applied-for", "Grant applied for", members: [.required("grant", .link("/v1/grants"))])
    static let grantCycleUnknown = ProblemType(
        422, "grant-cycle-unknown", "Grant cycle unknown", members: [.required("cycle", .text(like: "2026-2027"))])
    static let grantCycleOver = ProblemType(
        422, "grant-cycle-over", "Grant cycle over", members: [.required("endedAt", .instant)])
    static let grantDecided = ProblemType(
        409, "grant-decided", "Grant decided", members: [.required("state", .word(of: Grant.State.self))])
    static let grantCycleInUse = ProblemType(409, "grant-cycle-in-use", "Grant cycle in use")
}

extension Problem {
    init(_ refusal: ApplyForGrant.Refusal, _ addresses: OrderAddresses) {
        switch refusal {
        case .buyer(let rejection): self.init(rejection, addresses)
        case .cycleUnknown(let name):
            self.init(
                .grantCycleUnknown, detail: "There is no cycle \(name): GET /v1/grant-cycles lists them.",
                members: ["cycle": .string(name.text)])
        case .cycleOver(let cycle):
            self.init(
                .grantCycleOver, detail: "The cycle \(cycle.name) has ended.",
                members: ["endedAt": .string(cycle.endsAt.text)])
        case .appliedFor(let grant):
            self.init(
                .grantAppliedFor, detail: "For this cycle the institution has applied before.",
                members: ["grant": .link(grant.text, addresses.grant(grant))])
        }
    }
}

extension JSONValue {
    static func link(_ id: String, _ href: String) -> JSONValue { ["id": .string(id), "href": .string(href)] }
}
