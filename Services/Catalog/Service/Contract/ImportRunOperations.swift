internal import CatalogDomain
internal import Contracts
internal import HTTPServer
internal import Messaging
internal import ServiceShell

extension Operation {
    static let openImportRun = Operation(
        "openImportRun", "Open an import run",
        details: "It takes a catalogue of any size in parts, and applies it all at once or not at all.",
        access: .roles(.operator), parameters: [.idempotencyKey],
        answers: [.json(201, .importRun, headers: [.location], says: "It takes parts.")], problems: .ofDatabase)

    static let readImportRun = Operation(
        "readImportRun", "An import run, and how far it is", access: .roles(.operator), parameters: [.importRunID],
        answers: [.json(.importRun, says: "The run as it stands.")], problems: [.notFound] + .ofDatabase)

    static let deleteImportRun = Operation(
        "deleteImportRun", "Forget an import run and its parts", access: .roles(.operator), parameters: [.importRunID],
        answers: [Answer(204, "It is gone.")], problems: [.notFound, .importRunClosed] + .ofDatabase)

    static let stageImportPart = Operation(
        "stageImportPart", "Lay down a part of an import run",
        details:
            "In the place of what stood under its number. Parts may come in any order; the run reads them by number.",
        access: .roles(.operator),
        parameters: [
            .importRunID,
            .path("part", .integer(0...Int64(ImportRunLimits.partsMax) - 1), says: "Its number."),
        ],
        body: Body(
            json: .importDocument(reading: ["films", "programmes"]), bytesMax: ImportRunLimits.partBytesMax,
            problems: [.malformedJSON]),
        answers: [.json(.importRun, says: "The run with the part.")],
        problems: [.notFound, .importRunClosed, .importRefused, .importRunTooLarge] + .ofDatabase)

    static let applyImportRun = Operation(
        "applyImportRun", "Have an import run checked or applied",
        details: "Asked again it says how far that is. A run that was checked or refused can be mended and applied.",
        access: .roles(.operator), parameters: [.importRunID],
        body: Body(
            json: .object(
                "ImportRunApplication",
                [
                    .defaulted(
                        "dryRun", .described("To say what would change, and change nothing.", .boolean))
                ]), bytesMax: ImportRunRoutes.bodyBytesMax),
        answers: [.json(202, .importRun, headers: [.location], says: "It is being worked on, or through.")],
        problems: [.notFound, .importRunClosed] + .ofDatabase)
}

extension Operation.Parameter {
    fileprivate static let importRunID = path("id", .id, says: "The run's id.")
}

extension ProblemType {
    static let importRunClosed = ProblemType(
        409, "import-run-closed", "Import run closed", members: [.required("state", .importRunState)])
    static let importRunTooLarge = ProblemType(
        422, "import-run-too-large", "Import run too large", members: [.required("itemsMax", .positive)])
}

extension Schema {
    fileprivate static let importRunState = Schema.words(ImportRunState.allCases.map(\.rawValue))

    fileprivate static let importRun = Schema.object(
        "ImportRun",
        [
            .required("id", .id), .required("state", importRunState),
            .required("done", .described("How many items were looked at.", .count)),
            .required("of", .described("How many are staged.", .count)),
            .optional(
                "summary",
                .object("ImportRunSummary", [.required("films", importCounts), .required("programmes", importCounts)])),
            .optional("errors", .described("What is wrong with it, by the places in the whole run.", .array(.fault))),
        ])
}
