internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    private typealias Question = OrderList.Question

    static let listOrders = Operation(
        "listOrders", "Orders, the latest first", details: "One's own institution's; an operator's are all.",
        access: .roles(.selector, .purchaser, .operator),
        parameters: [
            .institutionFilter, .query("state", .word(of: OrderState.self), says: "Only those in this state."),
            .query("programmeId", .id, says: "Only those of this programme."),
            .query("placedFrom", .instant, says: "Only those that were placed then or later."),
            .query("placedTo", .instant, says: "Only those that were placed before."),
            .query("number", text("FC-2026-000123"), says: "Only the one with this number."),
            .query("purchaseOrderNumber", text("PO-2026-17"), says: "Only those that the buyer gave this number."),
        ] + Parameter.page(limits: Question.limitRange, usual: Question.limitUsual),
        answers: [.json(.page("orders", of: .orderEntry, max: Question.limitRange.upperBound), says: "A page.")],
        problems: .ofDatabase)

    private static func text(_ example: String) -> Schema {
        .text(Schema.Text(lengthMin: 1, lengthMax: Question.textScalarsMax, example: example))
    }

    static let recordPayment = Operation(
        "recordPayment", "Record that money came in for an invoice",
        details: "Never more than is left to be paid.", access: .roles(.operator),
        parameters: [.path("id", .id, says: "The invoice's id."), .idempotencyKey],
        body: Body(
            json: .object(
                "PaymentRequest",
                [
                    .required("amount", .paidAmount),
                    .required(
                        "reference",
                        .described("As the bank says it.", .line("T-17", lengthMax: PaymentRoutes.referenceScalarsMax))),
                    .required("receivedOn", .day),
                ]), bytesMax: PaymentRoutes.bodyBytesMax),
        answers: [.json(201, .recordedPayment, headers: [.location], says: "It is recorded.")],
        problems: [.notFound, .invoiceSettled, .currencyDiffers, .paymentExceedsBalance] + .ofDatabase)

    static let cancelOrder = Operation(
        "cancelOrder", "Cancel an order",
        details: "A buyer by the terms that the programme had when it was sold, for its administrative fee; an "
            + "operator at any time, without one. An invoice that was issued is taken back by a credit note.",
        access: .roles(.purchaser, .operator),
        parameters: [.path("id", .id, says: "The order's id."), .idempotencyKey],
        body: Body(
            json: .object(
                "CancellationRequest",
                [.required("reason", .described("A word such as ordered-twice.", .slug))]),
            bytesMax: CancellationRoutes.bodyBytesMax),
        answers: [.json(.order, says: "The order as it stands now.")],
        problems: [.notFound, .orderNotCancellable] + .ofDatabase)
}

extension Schema {
    fileprivate static let orderEntry = Schema.object(
        "OrderEntry",
        [
            .required("id", .id), .required("number", .text(like: "FC-2026-000123")),
            .required("state", .word(of: OrderState.self)),
            .optional("parked", .described("Why it waits for a person.", .text(like: "no-answer"))),
            .required("institutionId", .id),
            .required(
                "programme", .object([.required("id", .id), .required("name", .line("Spanish Film Club"))])),
            .required("total", .money), .required("payment", payment), .required("placedAt", .instant),
            .optional("invoiceHref", .text(like: "/v1/invoices/0190b5a8-7c00-7000-8000-000000000001")),
            .required("href", .text(like: "/v1/orders/0190b5a8-7c00-7000-8000-000000000001")),
        ])

    fileprivate static let paidAmount = Schema.object([
        .required("minorUnits", .integer(1...PriceList.minorUnitsMax)), .required("currency", .currency),
    ])

    fileprivate static let recordedPayment = Schema.object(
        "RecordedPayment",
        [
            .required("payment", invoicePayment),
            .required(
                "invoice",
                .object([
                    .required("id", .id), .required("number", .text(like: "INV-2026-000001")),
                    .required("balance", .described("What is left to be paid.", .money)),
                    .required("href", .text(like: "/v1/invoices/0190b5a8-7c00-7000-8000-000000000001")),
                ])),
        ])
}

/// The types are stable.
extension ProblemType {
    static let invoiceSettled = ProblemType(409, "invoice-settled", "Invoice settled")
    static let currencyDiffers = ProblemType(
        422, "currency-differs", "Currency differs", members: [.required("currency", .currency)])
    static let paymentExceedsBalance = ProblemType(
        422, "payment-exceeds-balance", "Payment exceeds the balance", members: [.required("balance", .money)])
    static let orderNotCancellable = ProblemType(
        409, "order-not-cancellable", "Order not cancellable",
        members: [.required("why", .words(["cancelled", "refunded", "no-terms", "too-late"]))])
}
