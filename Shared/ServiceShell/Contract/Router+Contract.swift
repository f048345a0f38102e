internal import Contracts
internal import FilmClubModel
public import HTTPServer
internal import JSON

extension Router {
    /// Serves the documents: of everything that is declared so far and of these routes themselves, and of the topics.
    /// Nothing where nothing is declared.
    /// - Parameters:
    ///   - service: its name.
    ///   - server: where clients reach it; nil for where they have the document from.
    public mutating func publishContract(of service: String, at server: String? = nil) {
        guard !Contract(self).operations.isEmpty else { return }
        publishTopics()
        // It names the routes that serve it, so these are there first, and what they answer comes after.
        var complete = self
        complete.get(OpenAPI.path, .openAPI) { _ in .noContent }
        complete.get(InterfacePage.path, .interfacePage) { _ in .noContent }
        let contract = Contract(complete)
        let openAPI = OpenAPI(title: "FilmClub \(service)", version: Shell.version, server: server)
        let interface = PublishedDocument(.json) { JSON.encode(openAPI.document(contract)) }
        get(OpenAPI.path, .openAPI) { _ in try interface.response }
        let page = PublishedDocument(.page) { Array(InterfacePage.html(of: openAPI.document(contract)).utf8) }
        get(InterfacePage.path, .interfacePage) { _ in try page.response }
    }

    private mutating func publishTopics() {
        let topics = PublishedDocument(.json) { JSON.encode(try AsyncAPI.document(version: Shell.version)) }
        get(AsyncAPI.path, .asyncAPI) { _ in try topics.response }
        let page = PublishedDocument(.page) {
            Array(TopicsPage.html(of: try AsyncAPI.document(version: Shell.version)).utf8)
        }
        get(TopicsPage.path, .topicsPage) { _ in try page.response }
        get("/docs/schemas/{schema}", .readSchema) { request in
            let file = try request.parameter("schema") { $0 }
            guard let schema = EventSchema.all.first(where: { "\($0.name).json" == file }) else {
                throw Problem.notFound("There is no such schema.")
            }
            return PublishedDocument.answer(schema.bytes, .schema)
        }
    }
}

extension Operation {
    fileprivate static let openAPI = Operation(
        "openAPI", "This document",
        answers: [
            .json(
                .object([
                    .required("openapi", .word("3.1.0")), .required("info", .object([])),
                    .required("servers", .array(.object([]))), .required("paths", .object([])),
                    .required("components", .object([])),
                ]), headers: [.entityTag], says: "The service's interface, as OpenAPI 3.1 describes it.")
        ])

    fileprivate static let asyncAPI = Operation(
        "asyncAPI", "The topics",
        answers: [
            .json(
                .object([
                    .required("asyncapi", .word("3.0.0")), .required("info", .object([])),
                    .required("defaultContentType", .word("application/json")), .required("channels", .object([])),
                    .required("operations", .object([])), .required("components", .object([])),
                ]), headers: [.entityTag], says: "What the services tell each other, as AsyncAPI 3.0 describes it.")
        ])

    fileprivate static let readSchema = Operation(
        "readSchema", "The JSON Schema of one version of an event",
        parameters: [
            .path("schema", .words(EventSchema.all.map { "\($0.name).json" }), says: "Its type and version.")
        ],
        answers: [
            Answer(
                200, "As it was published: it never changes.",
                mediaTypes: [PublishedDocument.MediaType.schema.rawValue], headers: [.entityTag])
        ], problems: [.notFound])

    fileprivate static let interfacePage = page("interfacePage", "This document, for people")
    fileprivate static let topicsPage = page("topicsPage", "The topics, for people")

    private static func page(_ id: String, _ summary: String) -> Operation {
        Operation(
            id, summary,
            answers: [
                Answer(
                    200, "A page without script, and without a byte from elsewhere.",
                    mediaTypes: [PublishedDocument.MediaType.page.rawValue], headers: [.entityTag, policy])
            ])
    }

    private static let policy = AnswerHeader(
        PublishedDocument.contentSecurityPolicy, .text(like: "default-src 'none'"),
        says: "What a browser may load and run for it.")
}
