internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell
internal import StreamingEntitlementDomain

extension Operation {
    static let listEntitlements = Operation(
        "listEntitlements", "The entitlements of an order",
        details: "None while it is not granted, and none for an order of another institution: the two look alike.",
        access: .anyRole, parameters: [.query("orderId", .id, isRequired: true, says: "The order's id.")],
        answers: [
            .json(.object([.required("entitlements", .list(.entitlement))]), says: "In the order of its lines.")
        ], problems: .ofDatabase)

    static let readEntitlement = Operation(
        "readEntitlement", "An entitlement", access: .anyRole, parameters: [.entitlementID],
        answers: [.json(.entitlement, says: "The entitlement as it stands.")], problems: [.notFound] + .ofDatabase)

    static let openSession = Operation(
        "openSession", "Open a playback session", access: .roles(.organiser, .viewer),
        parameters: [.entitlementID, .idempotencyKey],
        body: Body(json: .object([]), bytesMax: SessionRoutes.bodyBytesMax, isRequired: false),
        answers: [.json(201, .session, says: "It is open.")],
        problems: [.notFound, .playbackForbidden, .filmNotPlayable, .tooManySessions, .territoryNotLicensed]
            + .ofDatabase)
}

extension Operation.Parameter {
    fileprivate static let entitlementID = path("id", .id, says: "The entitlement's id.")
}

extension Schema {
    fileprivate static let entitlement = Schema.object(
        "Entitlement",
        [
            .required("id", .id), .required("orderId", .id), .required("lineId", .id),
            .required("institutionId", .id), .required("filmId", .id), .required("title", .line("Madres paralelas")),
            .required("opensAt", .instant), .required("closesAt", .instant),
            .required("state", .word(of: EntitlementState.self)),
            .required(
                "window", .object("Window", [.required("state", .words(["not_open", "open", "closed"]))])),
        ])

    fileprivate static let session = Schema.object(
        "Session",
        [
            .required("id", .id),
            .required("playUrl", .described("What a player is given.", .text(like: "/v1/play/eyJ…/master.m3u8"))),
            .required("expiresAt", .instant),
        ])
}
