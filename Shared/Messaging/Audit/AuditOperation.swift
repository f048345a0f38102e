internal import HTTPServer
internal import ServiceShell

extension Operation {
    static let readAuditLog = Operation(
        "readAuditLog", "What operators did and were refused at this service, the latest first",
        access: .roles(.operator),
        parameters: [
            .query("action", text("institution.verify"), says: "Only this action."),
            .query("subject", text("0190b5a8-7c00-7000-8000-000000000001"), says: "Only what was done to this."),
            .query(
                "limit", .integer(1...Int64(AuditRoutes.entriesMax)),
                says: "How many a page has at the most: \(AuditRoutes.entriesUsual) where nothing is said."),
            .query("cursor", .positive, says: "What `next` of the page before said."),
        ],
        answers: [
            .json(
                .object([
                    .required("entries", .array(entry, Schema.Bounds(max: AuditRoutes.entriesMax))),
                    .optional(
                        "next", .described("The cursor of the next page; absent on the last.", .text(like: "17"))),
                ]), says: "A page of it.")
        ], problems: .ofDatabase)

    private static func text(_ example: String) -> Schema {
        .text(Schema.Text(lengthMin: 1, lengthMax: OperatorCall.subjectScalarsMax, example: example))
    }

    private static let entry = Schema.object(
        "AuditEntry",
        [
            .required("number", .positive),
            .required("at", .text(Schema.Text(format: "date-time", example: "2026-03-20T09:30:00Z"))),
            .required("actor", .described("The subject of the token.", .text(like: "operator-7"))),
            .required("roles", .array(.text(like: "operator"))),
            .required("action", .text(like: "institution.verify")),
            .optional("subject", .text(like: "0190b5a8-7c00-7000-8000-000000000001")),
            .required("outcome", .words(["granted", "refused"])),
            .optional("reason", .described("The problem that was answered.", .text(like: "already-decided"))),
            .required("requestId", .text(like: "4c1f0d5e9a3b7f60")),
            .optional("detail", .object([])),
        ])
}
