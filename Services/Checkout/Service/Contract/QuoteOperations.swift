internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    static let requestQuote = Operation(
        "requestQuote", "Ask what a programme costs",
        details: "An operator says the price, and one order can be placed at it.",
        access: .roles(.purchaser), parameters: [.idempotencyKey],
        body: Body(
            json: .object("QuoteRequest", [.required("programmeId", .id), .optional("message", .quoteMessage)]),
            bytesMax: QuoteRoutes.bodyBytesMax),
        answers: [.json(201, .quote, headers: [.location], says: "It is asked for.")],
        problems: [
            .institutionUnknown, .institutionNotVerified, .institutionNotEligible, .programmeUnknown,
            .programmeNotOffered, .programmeNotSellable,
        ] + .ofDatabase)

    static let listQuotes = Operation(
        "listQuotes", "Quotes, in the order of their requests", details: "One's own; an operator's are all.",
        access: .anyRole,
        parameters: [
            .query("institutionId", .id, says: "Only this institution's."),
            .query("state", .word(of: Quote.State.self), says: "Only those that stand so."),
        ] + .page,
        answers: [.json(.page("quotes", of: .quote), says: "A page of them.")], problems: .ofDatabase)

    static let readQuote = Operation(
        "readQuote", "A quote", details: "One's own; an operator's are all.", access: .anyRole,
        parameters: [.path("id", .id, says: "The quote's id.")],
        answers: [.json(.quote, headers: [.entityTag], says: "The quote as it stands.")],
        problems: [.notFound] + .ofDatabase)

    static let offerQuote = Operation(
        "offerQuote", "Say the price, or another one", details: "Until an order has used it.",
        access: .roles(.operator), parameters: [.path("id", .id, says: "The quote's id."), .ifMatch],
        body: Body(
            json: .object(
                "QuoteOffer",
                [
                    .required("bundle", .described("All slots together, before tax.", quotedPrice)),
                    .required("validUntil", .described("The first moment when it no longer holds.", .instant)),
                ]), bytesMax: QuoteRoutes.bodyBytesMax),
        answers: [.json(.quote, headers: [.entityTag], says: "The quote as it stands now.")],
        problems: [.notFound, .quoteUsed, .quoteInThePast] + .ofDatabase)

    private static let quotedPrice = Schema.object(
        "QuotedPrice",
        [.required("minorUnits", .integer(1...PriceList.minorUnitsMax)), .required("currency", .currency)])
}

extension Schema {
    fileprivate static let quoteMessage = Schema.text(
        Text(
            pattern: "\\S", lengthMin: 1, lengthMax: QuoteRoutes.messageScalarsMax, example: "We are forty pupils."))

    fileprivate static let quote = Schema.object(
        "Quote",
        [
            .required("id", .id),
            .required("version", .described("An order names the one that its purchaser has seen.", .positive)),
            .required("institutionId", .id), .required("programmeId", .id),
            .required("state", .word(of: Quote.State.self)), .optional("message", quoteMessage),
            .optional("bundle", .described("All slots together, before tax.", .money)),
            .optional("validUntil", .described("The first moment when it no longer holds.", .instant)),
            .required("requestedAt", .instant),
            .optional("order", .described("The order that has used it.", .link("/v1/orders"))),
        ])
}
