internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    static let placeOrder = Operation(
        "placeOrder", "Place an order",
        details: "What it costs is said here alone: a price in the request is refused.",
        access: .roles(.purchaser), parameters: [.idempotencyKey],
        body: Body(json: .orderRequest, bytesMax: OrderRoutes.bodyBytesMax),
        answers: [.json(201, .order, headers: [.location], says: "It is placed.")],
        problems: .ofOrdering + .ofDatabase)

    static let readOrder = Operation(
        "readOrder", "An order, and what has happened to it", access: .anyRole,
        parameters: [.path("id", .id, says: "The order's id.")],
        answers: [.json(.order, says: "The order as it stands.")], problems: [.notFound] + .ofDatabase)
}

extension Schema {
    fileprivate static let orderRequest = Schema.object(
        "OrderRequest",
        [
            .required("cartId", .id), .required("programmeId", .id),
            .required("filmIds", .described("In the order of the cart's slots.", .array(.id))),
            .required("payment", payment),
            .optional("grantId", .described("The grant that is to pay a part of the screening fees.", .id)),
            .optional(
                "quote",
                .described(
                    "The quote that it is to be sold at, in the version that was seen.",
                    .object("SeenQuote", [.required("id", .id), .required("version", .positive)]))),
        ])

    static let payment = Schema.object(
        "PaymentTerms",
        [
            .required("method", .word(PaymentTerms.purchaseOrderMethod)),
            .required("purchaseOrderNumber", .line("PO-2026-17", lengthMax: 64)),
        ])

    static let order = Schema.object(
        "Order",
        [
            .required("id", .id),
            .required("number", .described("The one that people use.", .text(like: "FC-2026-000123"))),
            .required("state", .word(of: OrderState.self)),
            .optional("parked", .described("Why it waits for a person.", .text(like: "no-answer"))),
            .required("institutionId", .id), .required("cartId", .id),
            .required("programme", orderedProgramme),
            .required("lines", .list(orderLine, min: 1)),
            .required("total", .described("What is to be paid.", .money)),
            .optional("charge", .described("How that came about.", .charge)),
            .required("payment", payment), .required("placedAt", .instant),
            .optional("timeline", .described("The order's events so far.", .array(step, Bounds(min: 1)))),
            .optional("invoice", .orderInvoice), .optional("creditNotes", .array(.orderCreditNote, Bounds(min: 1))),
            .required("statusUrl", .text(like: "/v1/orders/0190b5a8-7c00-7000-8000-000000000001")),
        ])

    private static let orderedProgramme = Schema.object(
        "OrderedProgramme",
        [
            .required("id", .id), .required("version", .positive), .required("name", .line("Spanish Film Club")),
            .required("priceListVersion", .positive),
        ])

    private static let orderLine = Schema.object(
        "OrderLine",
        [
            .required("lineId", .id), .required("filmId", .id), .required("title", .line("Madres paralelas")),
            .required("price", .money),
        ])

    private static let step = Schema.object(
        "Step", [.required("event", .text(like: "OrderConfirmed")), .required("at", .instant)])
}
