internal import CheckoutDomain
internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    private typealias Question = InstitutionReader.Question

    static let listInstitutions = Operation(
        "listInstitutions", "Institutions, in the order of their ids", access: .roles(.operator),
        parameters: [
            .query(
                "q", .text(Schema.Text(lengthMin: 1, lengthMax: Question.textScalarsMax, example: "lincoln")),
                says: "A part of the name, in any case."),
            .query("verified", .words(["true", "false"]), says: "Only those that are verified, or that are not."),
            .query(
                "limit",
                .integer(Int64(Question.limitRange.lowerBound)...Int64(Question.limitRange.upperBound)),
                says: "How many a page has at the most: \(Question.limitUsual) where nothing is said."),
            .query("cursor", .id, says: "What `next` of the page before said."),
        ],
        answers: [
            .json(
                .object([
                    .required("institutions", .array(.institution, Schema.Bounds(max: Question.limitRange.upperBound))),
                    .optional("next", .described("The cursor of the next page; absent on the last.", .id)),
                ]), says: "A page of them.")
        ], problems: .ofDatabase)

    static let readInstitution = Operation(
        "readInstitution", "An institution", details: "One's own; an operator's are all.", access: .anyRole,
        parameters: [.institutionID],
        answers: [.json(.institution, headers: [.entityTag], says: "The institution as it stands.")],
        problems: [.notFound] + .ofDatabase)

    static let replaceInstitution = Operation(
        "replaceInstitution", "State an institution anew",
        details: "As a whole. Whether it is verified is decided elsewhere.", access: .roles(.operator),
        parameters: [.institutionID, .ifMatch],
        body: Body(json: .institution, bytesMax: InstitutionRoutes.bodyBytesMax),
        answers: [.json(.institution, headers: [.entityTag], says: "The institution as it stands now.")],
        problems: [.notFound, .idDiffers, .verificationNeedsReason, .timeZoneUnknown] + .ofDatabase)

    static let listVerifications = Operation(
        "listVerifications", "Who said that an institution is what it says",
        details: "The latest \(InstitutionReader.historyMax) decisions, the last one first.", access: .anyRole,
        parameters: [.institutionID],
        answers: [
            .json(
                .object([
                    .required(
                        "verifications", .array(pastVerification, Schema.Bounds(max: InstitutionReader.historyMax)))
                ]), says: "Its decisions.")
        ], problems: [.notFound] + .ofDatabase)

    static let verifyInstitution = Operation(
        "verifyInstitution", "Decide whether an institution is what it says", access: .roles(.operator),
        parameters: [.institutionID, .idempotencyKey],
        body: Body(
            json: .object(
                "VerificationRequest", [.required("decision", decision), .required("reason", reason)]),
            bytesMax: InstitutionRoutes.bodyBytesMax),
        answers: [
            .json(
                201,
                .object(
                    "Verification",
                    [
                        .required("id", .id), .required("institutionId", .id), .required("decision", decision),
                        .required("reason", reason), .required("decidedAt", .instant),
                        .required("verified", .described("Whether it is verified now.", .boolean)),
                        .required("institutionVersion", .positive),
                    ]), headers: [.location], says: "It is decided.")
        ], problems: [.notFound, .alreadyDecided] + .ofDatabase)

    private static let decision = Schema.word(of: VerificationDecision.self)
    private static let reason = Schema.text(
        Schema.Text(
            pattern: "\\S", lengthMin: 1, lengthMax: InstitutionRoutes.reasonScalarsMax,
            example: "The charter was seen."))
    private static let pastVerification = Schema.object(
        "PastVerification",
        [
            .required("id", .id), .required("decision", decision), .required("reason", reason),
            .required("decidedAt", .instant),
            .optional("decidedBy", .described("Shown to operators only.", .text(like: "operator-7"))),
        ])
}

extension Operation.Parameter {
    fileprivate static let institutionID = path("id", .id, says: "The institution's id.")
}

/// The types are stable.
extension ProblemType {
    static let alreadyDecided = ProblemType(
        409, "already-decided", "Already decided", members: [.required("verified", .boolean)])
    static let idDiffers = ProblemType(422, "id-differs", "Id differs")
    static let verificationNeedsReason = ProblemType(
        422, "verification-needs-reason", "Verification needs a reason", members: [.required("verified", .boolean)])
    static let timeZoneUnknown = ProblemType(422, "time-zone-unknown", "Time zone unknown")
}
