internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    private typealias Question = InvoiceReader.Question

    static let listInvoices = Operation(
        "listInvoices", "Invoices, the latest first", details: "One's own institution's; an operator's are all.",
        access: .roles(.selector, .purchaser, .operator),
        parameters: [
            .institutionFilter, .query("state", .words(Question.State.allCases.map(\.rawValue)), says: invoiceStates),
            .query("orderId", .id, says: "Only this order's."),
        ] + Parameter.page(limits: Question.limitRange, usual: Question.limitUsual),
        answers: [.json(.page("invoices", of: .invoiceEntry, max: Question.limitRange.upperBound), says: "A page.")],
        problems: .ofDatabase)

    private static let invoiceStates =
        "Only those that are open (something is left to be paid), overdue, paid, or of which money has to go back."

    static let readInvoice = Operation(
        "readInvoice", "An invoice",
        details: "As JSON, or as a page that prints on one sheet where `Accept` prefers text/html.",
        access: .roles(.selector, .purchaser, .operator),
        parameters: [.path("id", .id, says: "The invoice's id.")], answers: .document(.invoice),
        problems: [.notFound, .notAcceptable] + .ofDatabase)

    static let readCreditNote = Operation(
        "readCreditNote", "A credit note: what an invoice is no longer owed for", details: "As an invoice.",
        access: .roles(.selector, .purchaser, .operator),
        parameters: [.path("id", .id, says: "The credit note's id.")], answers: .document(.creditNote),
        problems: [.notFound, .notAcceptable] + .ofDatabase)
}

extension [Operation.Answer] {
    fileprivate static func document(_ schema: Schema) -> [Operation.Answer] {
        let vary = AnswerHeader("Vary", .text(like: "Accept"), says: "There are two forms of it.")
        return [
            .json(schema, headers: [vary], says: "As it was issued, and what has happened to it since."),
            Operation.Answer(200, "The same as a page.", mediaTypes: [InvoicePage.mediaType], headers: [vary]),
        ]
    }
}

extension Operation.Parameter {
    static let institutionFilter = query(
        "institutionId", .id, says: "Only this institution's. Another than one's own has nothing.")

    /// `limit` and `cursor`.
    static func page(limits: ClosedRange<Int>, usual: Int) -> [Operation.Parameter] {
        [
            .query(
                "limit", .integer(Int64(limits.lowerBound)...Int64(limits.upperBound)),
                says: "How many a page has at the most: \(usual) where nothing is said."),
            .query(
                "cursor", .text(like: "AQGQtaR8AHAAgAAAAAAAAAGIbJqT8KOVfg"),
                says: "What `next` of the page before said, asked for with the same filters."),
        ]
    }
}

extension Schema {
    /// A part of a list, and where it goes on.
    static func page(_ list: String, of element: Schema, max: Int) -> Schema {
        .object([
            .required(list, .array(element, Bounds(max: max))),
            .optional(
                "next",
                .described("The cursor of the next page; absent on the last.", .text(like: "AQGQtaR8AHAAgAAA"))),
        ])
    }

    fileprivate static let invoiceEntry = Schema.object(
        "InvoiceEntry",
        [
            .required("id", .id), .required("number", invoiceNumber), .required("orderId", .id),
            .required("institutionId", .id), .required("issuedOn", .day), .required("dueOn", .day),
            .required("total", .money), .required("balance", balance), .required("href", invoiceAddress),
        ])

    static let invoice = Schema.object(
        "Invoice",
        [
            .required("id", .id), .required("kind", .word(BillingDocument.Kind.invoice.rawValue)),
            .required("number", invoiceNumber), .required("issuedOn", .day), .required("dueOn", .day),
            .required("terms", .word(IssuedDocument.terms)),
        ] + content + [
            .required("balance", balance), .required("payments", .array(invoicePayment)),
            .required("creditNotes", .array(orderCreditNote)),
        ])

    static let orderInvoice = Schema.object(
        "OrderInvoice",
        [
            .required("id", .id), .required("number", invoiceNumber), .required("total", .money),
            .required("dueOn", .day), .required("balance", balance), .required("href", invoiceAddress),
        ])

    static let orderCreditNote = Schema.object(
        "OrderCreditNote",
        [
            .required("id", .id), .required("number", creditNoteNumber), .required("total", .money),
            .required("href", .text(like: "/v1/credit-notes/0190b5a8-7c00-7000-8000-000000000001")),
        ])

    static let creditNote = Schema.object(
        "CreditNote",
        [
            .required("id", .id), .required("kind", .word(BillingDocument.Kind.creditNote.rawValue)),
            .required("number", creditNoteNumber), .required("issuedOn", .day),
            .required(
                "corrects",
                .object([
                    .required("id", .id), .required("number", invoiceNumber), .required("href", invoiceAddress),
                ])),
        ] + content)

    static let invoicePayment = Schema.object(
        "Payment",
        [
            .required("id", .id), .required("amount", .money),
            .required("reference", .described("As the bank says it.", .line("Transfer 2026-17"))),
            .required("receivedOn", .day),
        ])

    /// RFC 3339 full-date.
    static let day = Schema.text(Text(format: "date", example: "2026-11-24"))

    private static let invoiceNumber = Schema.described(
        "Without a gap in its series.", .text(like: "INV-2026-000001"))
    private static let creditNoteNumber = Schema.text(like: "CRN-2026-000001")
    private static let invoiceAddress = Schema.text(like: "/v1/invoices/0190b5a8-7c00-7000-8000-000000000001")
    private static let balance = Schema.described(
        "What is left to be paid; less than nothing where money has to go back.", .money)

    /// What every document says.
    private static let content: [Member] = [
        .required(
            "seller",
            .object(
                "Seller",
                [
                    .required("name", .text(like: "FilmClub")), .required("address", .array(.text(like: "1 High St"))),
                    .optional("taxId", .text(like: "GB123456789")),
                ])),
        .required(
            "buyer",
            .object(
                "Buyer",
                [
                    .required("institutionId", .id), .required("name", .line("Lincoln High School")),
                    .required("country", .territory), .optional("taxId", .line("GB123456789")),
                ])),
        .optional("purchaseOrderNumber", .line("PO-2026-17", lengthMax: 64)),
        .required(
            "order",
            .object([
                .required("id", .id), .required("number", .text(like: "FC-2026-000123")),
                .required("placedAt", .instant),
                .required("href", .text(like: "/v1/orders/0190b5a8-7c00-7000-8000-000000000001")),
            ])),
        .required("lines", .array(line)),
        .required("screeningFees", .described("What the lines add up to.", .money)),
        .optional("discount", .discount), .optional("tax", tax),
        .optional("exemption", .described("The buyer pays no tax.", .word("exempt"))),
        .optional("administrativeFee", .described("What is kept of a cancelled order.", .money)),
        .required("total", .described("To be paid; of a credit note, no longer.", .money)),
    ]

    private static let line = Schema.object(
        "InvoiceLine",
        [
            .required("description", .text(like: "Madres paralelas")), .optional("filmId", .id),
            .required("amount", .money),
        ]
    )

    private static let tax = Schema.object(
        "InvoiceTax",
        [
            .required("name", .line("VAT")), .required("rateBasisPoints", .basisPoints),
            .required("base", .described("What it is taken of.", .money)), .required("amount", .money),
        ])
}

/// The type is stable.
extension ProblemType {
    static let notAcceptable = ProblemType(406, "not-acceptable", "Not acceptable")
}
