internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    static let applyForGrant = Operation(
        "applyForGrant", "Apply for a grant",
        details: "Once a cycle. A grant that is decided on pays a part of the screening fees of one order.",
        access: .roles(.purchaser), parameters: [.idempotencyKey],
        body: Body(
            json: .object(
                "GrantApplication",
                [
                    .required("cycle", .grantCycleName),
                    .required("statement", .described("Why it is asked for.", .grantStatement)),
                ]), bytesMax: GrantRoutes.bodyBytesMax),
        answers: [.json(201, .grant, headers: [.location], says: "It is applied for.")],
        problems: [
            .institutionUnknown, .institutionNotVerified, .grantCycleUnknown, .grantCycleOver, .grantAppliedFor,
        ] + .ofDatabase)

    static let listGrants = Operation(
        "listGrants", "Grants, in the order of their applications", details: "One's own; an operator's are all.",
        access: .anyRole,
        parameters: [
            .query("institutionId", .id, says: "Only this institution's."),
            .query("state", .word(of: Grant.State.self), says: "Only those that stand so."),
        ] + .page,
        answers: [.json(.page("grants", of: .grant), says: "A page of them.")], problems: .ofDatabase)

    static let readGrant = Operation(
        "readGrant", "A grant", details: "One's own; an operator's are all.", access: .anyRole,
        parameters: [.path("id", .id, says: "The grant's id.")],
        answers: [.json(.grant, says: "The grant as it stands.")], problems: [.notFound] + .ofDatabase)

    static let decideGrant = Operation(
        "decideGrant", "Decide on an application",
        details: "Once. The same decision said again is answered the same.", access: .roles(.operator),
        parameters: [.path("id", .id, says: "The grant's id.")],
        body: Body(json: .grantDecision, bytesMax: GrantRoutes.bodyBytesMax),
        answers: [.json(.grant, says: "The grant as it stands now.")],
        problems: [.notFound, .grantDecided] + .ofDatabase)

    static let listGrantCycles = Operation(
        "listGrantCycles", "Cycles of grants, the latest first", access: .anyRole,
        answers: [
            .json(
                .object([
                    .required("grantCycles", .array(.grantCycle, Schema.Bounds(max: PageLimits.range.upperBound)))
                ]), says: "The latest of them.")
        ], problems: .ofDatabase)

    static let stateGrantCycle = Operation(
        "stateGrantCycle", "State when the grants of a cycle can be used", access: .roles(.operator),
        parameters: [.path("name", .grantCycleName, says: "The cycle's name.")],
        body: Body(
            json: .object("GrantCycleBounds", Schema.grantCycleBounds), bytesMax: GrantRoutes.bodyBytesMax),
        answers: [
            .json(.grantCycle, says: "The cycle as it is now."), .json(201, .grantCycle, says: "The cycle is new."),
        ], problems: [.grantCycleInUse] + .ofDatabase)
}

extension Schema {
    fileprivate static let grantCycleName = Schema.text(
        Text(pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", lengthMax: 100, example: "2026-2027"))

    fileprivate static let grantStatement = Schema.text(
        Text(
            pattern: "\\S", lengthMin: 1, lengthMax: GrantRoutes.statementScalarsMax,
            example: "Our club has forty members and no budget."))

    private static let reason = Schema.text(
        Text(
            pattern: "\\S", lengthMin: 1, lengthMax: GrantRoutes.reasonScalarsMax,
            example: "The cycle's means are spent."))

    private static let percent = Schema.described(
        "Of the screening fees: one of \(Grant.percents.map(String.init).joined(separator: ", ")).",
        .anyOf(Grant.percents.map { .integer(Int64($0)...Int64($0)) }))

    fileprivate static let grantDecision = Schema.named(
        "GrantDecision",
        .anyOf([
            .object([.required("decision", .word(Grant.State.granted.rawValue)), .required("percent", percent)]),
            .object([.required("decision", .word(Grant.State.refused.rawValue)), .required("reason", reason)]),
        ]))

    static let grant = Schema.object(
        "Grant",
        [
            .required("id", .id), .required("institutionId", .id), .required("cycle", grantCycleName),
            .required("validFrom", .instant),
            .required("validUntil", .described("The first moment when it can no longer be used.", .instant)),
            .required("state", .word(of: Grant.State.self)),
            .optional("percent", percent), .optional("reason", .described("Why it was refused.", reason)),
            .required("statement", grantStatement), .required("appliedAt", .instant),
            .optional("decidedAt", .instant),
            .optional("order", .described("The order that has used it.", .link("/v1/orders"))),
        ])

    fileprivate static let grantCycleBounds: [Member] = [
        .required("startsAt", .instant),
        .required("endsAt", .described("The first moment when its grants can no longer be used.", .instant)),
    ]

    fileprivate static let grantCycle = Schema.object(
        "GrantCycle", [.required("name", grantCycleName)] + grantCycleBounds)
}
