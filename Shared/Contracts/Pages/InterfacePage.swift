public import JSON

/// The OpenAPI document of a service as a page: what a client developer reads first.
public enum InterfacePage {
    public static let path = "/docs"

    public static func html(of document: JSONValue) -> String {
        let operations = DocumentedOperation.all(of: document)
        let everywhere = DocumentedOperation.problemsOfAll(operations)
        return DocumentPage.html(title: document["info"]?["title"]?.stringValue ?? "Interface") { page in
            page.element("p") { line in
                line.write("Version \(document["info"]?["version"]?.stringValue ?? "unknown"). For programs: ")
                line.link(String(OpenAPI.path.dropFirst()), "openapi.json")
                line.write(". What the services tell each other: ")
                line.link(String(TopicsPage.path.dropFirst()), "topics and events")
                line.write(".")
            }
            page.contents(operations)
            for operation in operations { page.operation(operation, everywhere) }
            page.element("h2", id: "any-request", "What any request may meet")
            page.problems(everywhere)
            page.element("h2", id: "problems", "Problems")
            page.paragraph("Each is application/problem+json (RFC 9457). A type keeps its meaning: branch on it.")
            for (name, example) in document["components"]?["examples"]?.objectValue?.members ?? [] {
                page.element("h3", id: "problem-\(name)", "\(name.prefix(3)) \(example["summary"]?.stringValue ?? "")")
                page.block((example["value"] ?? .null).indented())
            }
            page.element("h2", id: "schemas", "Schemas")
            for (name, schema) in document["components"]?["schemas"]?.objectValue?.members ?? []
            where !name.hasPrefix(DocumentedOperation.problemPrefix) {
                page.element("h3", id: "schema-\(name)", name)
                page.schema(name, schema)
            }
        }
    }
}

/// An operation as the document has it.
private struct DocumentedOperation {
    static let problemPrefix = "problem."

    let method: String
    let path: String
    let page: JSONValue

    var id: String { page["operationId"]?.stringValue ?? "\(method) \(path)" }
    var summary: String { page["summary"]?.stringValue ?? "" }
    var responses: [(key: String, value: JSONValue)] { page["responses"]?.objectValue?.members ?? [] }

    /// `404.not-found`, by status.
    var problems: [String] {
        responses.flatMap { _, response in
            response["content"]?["application/problem+json"]?["examples"]?.objectValue?.keys ?? []
        }
    }

    static func all(of document: JSONValue) -> [DocumentedOperation] {
        (document["paths"]?.objectValue?.members ?? []).flatMap { path, item in
            (item.objectValue?.members ?? []).map { DocumentedOperation(method: $0.uppercased(), path: path, page: $1) }
        }
    }

    /// What every operation may answer: said once.
    static func problemsOfAll(_ operations: [DocumentedOperation]) -> [String] {
        (operations.first?.problems ?? []).filter { problem in
            operations.allSatisfy { $0.problems.contains(problem) }
        }
    }
}

extension Markup {
    fileprivate mutating func contents(_ operations: [DocumentedOperation]) {
        element("nav") { nav in
            nav.table(["Request", "What it does"]) { table in
                for operation in operations {
                    table.row { cell in
                        cell.element("code") { $0.link("#\(operation.id)", "\(operation.method) \(operation.path)") }
                    } _: { cell in
                        cell.write(operation.summary)
                    }
                }
            }
        }
    }

    fileprivate mutating func operation(_ operation: DocumentedOperation, _ everywhere: [String]) {
        element("h2", id: operation.id, operation.summary)
        block("\(operation.method) \(operation.path)")
        if let details = operation.page["description"]?.stringValue { paragraph(details) }
        access(operation.page)
        parameters(operation.page["parameters"]?.arrayValue ?? [])
        if let body = operation.page["requestBody"] {
            element("h3", "Body")
            paragraph(
                (body["required"] == true ? "Required. " : "Optional. ") + (body["description"]?.stringValue ?? ""))
            content(body)
        }
        for (status, response) in operation.responses where status < "4" {
            element("h3", "\(status) \(response["description"]?.stringValue ?? "")")
            headers(response)
            content(response)
        }
        let own = operation.problems.filter { !everywhere.contains($0) }
        element("h3", "Problems")
        if !own.isEmpty { problems(own) }
        element("p") { line in
            line.write("And ")
            line.link("#any-request", "what any request may meet")
            line.write(".")
        }
    }

    private mutating func access(_ operation: JSONValue) {
        let roles = (operation["security"]?.arrayValue ?? []).compactMap { $0["bearer"]?[0]?.stringValue }
        guard !roles.isEmpty else { return paragraph("For everyone, without a token.") }
        element("p") { line in
            line.write("With a bearer token that has ")
            line.write(roles.count == 1 ? "the role " : "one of the roles ")
            for (index, role) in roles.enumerated() {
                if index > 0 { line.write(", ") }
                line.code(role)
            }
            line.write(".")
        }
    }

    private mutating func parameters(_ parameters: [JSONValue]) {
        guard !parameters.isEmpty else { return }
        element("h3", "Parameters")
        table(["Name", "What it is"]) { table in
            for parameter in parameters {
                table.row { cell in
                    cell.code(parameter["name"]?.stringValue ?? "")
                    let place = parameter["in"]?.stringValue ?? ""
                    cell.element("small", parameter["required"] == true ? " \(place)" : " \(place), optional")
                } _: { cell in
                    cell.kind(parameter["schema"])
                    cell.tag("<br>")
                    cell.write(parameter["description"]?.stringValue ?? "")
                }
            }
        }
    }

    private mutating func headers(_ response: JSONValue) {
        let headers = (response["headers"]?.objectValue?.members ?? []).filter { $0.value["description"] != nil }
        guard !headers.isEmpty else { return }
        table(["Header", "What it says"]) { table in
            for (name, header) in headers {
                table.row({ $0.code(name) }, { $0.write(header["description"]?.stringValue ?? "") })
            }
        }
    }

    /// What is sent one way or the other, by its media types.
    private mutating func content(_ body: JSONValue) {
        for (type, media) in body["content"]?.objectValue?.members ?? [] {
            element("p") { line in
                line.code(type)
                guard let schema = media["schema"] else { return }
                line.write(": ")
                if schema["properties"] == nil { line.kind(schema) }
            }
            if media["schema"]?["properties"] != nil { members(of: media["schema"], ["Member", "What it is"]) }
            if let example = media["example"] { block(example.indented()) }
        }
    }

    fileprivate mutating func problems(_ names: [String]) {
        table(["Status", "Type"]) { table in
            for name in names {
                table.row(
                    { $0.write(String(name.prefix(3))) },
                    { $0.link("#problem-\(name)", "urn:filmclub:problem:\(name.dropFirst(4))") })
            }
        }
    }
}
