internal import CartDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    static let openCart = Operation(
        "openCart", "Open a cart",
        access: .editors, parameters: [.idempotencyKey],
        body: Body(
            json: .object(
                "OpenCart",
                [
                    .required(
                        "programmeId",
                        .described("The programme's id or its slug.", .text(like: "spanish-film-club")))
                ]), bytesMax: CartRoutes.bodyBytesMax),
        answers: [.json(201, .cart, headers: [.location], says: "It is open.")],
        problems: [.institutionUnknown, .programmeUnknown, .programmeNotOffered] + .ofDatabase)

    static let readCart = Operation(
        "readCart", "A cart, and what it lacks", access: .anyRole, parameters: [.cartID],
        answers: [.json(.cart, says: "The cart as it stands.")], problems: [.notFound] + .ofDatabase)

    static let selectFilm = Operation(
        "selectFilm", "Put a film into the next free slot",
        details: "A film that is there already stays where it is.",
        access: .editors, parameters: [.cartID, .filmID],
        answers: [.json(.cart, says: "The cart after it.")],
        problems: [.notFound, .filmUnknown, .filmWithdrawn, .filmNotLicensed, .cartFull, .cartClosed] + .ofDatabase)

    static let removeFilm = Operation(
        "removeFilm", "Free a film's slot",
        details: "A film that is not there changes nothing.",
        access: .editors, parameters: [.cartID, .filmID],
        answers: [.json(.cart, says: "The cart after it.")],
        problems: [.notFound, .cartClosed] + .ofDatabase)
}

extension Operation.Access {
    /// Who may fill carts.
    fileprivate static let editors = roles(.selector, .purchaser, .organiser)
}

extension Operation.Parameter {
    fileprivate static let cartID = path("id", .id, says: "The cart's id.")
    fileprivate static let filmID = path("filmId", .id, says: "The film's id.")
}

extension Schema {
    fileprivate static let cart = Schema.object(
        "Cart",
        [
            .required("id", .id), .required("institutionId", .id), .required("programmeId", .id),
            .required("state", .words(["open", "complete", "closed"])),
            .optional("orderId", .described("Of the order that was placed for it.", .id)),
            .required("slots", .list(slot, min: 1)), .required("missing", missing),
        ])

    private static let slot = Schema.object(
        "Slot",
        [
            .required("slot", .positive), .optional("filmId", .described("Absent while the slot is free.", .id)),
            .optional("title", .line("Madres paralelas")),
        ])

    private static let missing = Schema.object(
        "Missing",
        [
            .required("films", .described("How many are still to be chosen.", .count)),
            .required("reasons", .described("Everything else.", .array(reason))),
        ])

    private static let reason = Schema.object(
        "Reason",
        [
            .required(
                "reason",
                .words([
                    "institution-not-verified", "programme-not-offered", "programme-changed", "film-withdrawn",
                    "film-not-licensed", "film-unknown", "composition-rule-not-met",
                ])),
            .required("message", .text(like: "The film is no longer for sale; choose another one.")),
            .optional("filmId", .id),
        ])
}
