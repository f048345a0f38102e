internal import Contracts
internal import HTTPServer
internal import JSON

/// `GET /v1/import-schema`: what an import file may hold. Public.
struct ImportSchemaRoute: Sendable {
    func register(in router: inout Router) {
        let answer = Response.json(
            JSON.encode(ImportFileSchema.document), headers: ["Cache-Control": "no-cache"])
        router.get("/v1/import-schema", .importSchema) { _ in answer }
    }
}

extension Operation {
    fileprivate static let importSchema = Operation(
        "importSchema", "The JSON Schema of import files",
        details: "Of all lists, those of other services too.",
        answers: [
            .json(
                .object([
                    .required("$schema", .word("https://json-schema.org/draft/2020-12/schema")),
                    .required("$id", .word("urn:filmclub:schema:import-document")),
                    .required("title", .word("FilmClub import file")),
                    .required("$ref", .text(like: "#/$defs/ImportDocumentInput")), .required("$defs", .object([])),
                ]), says: "A schema of 2020-12.")
        ])
}
