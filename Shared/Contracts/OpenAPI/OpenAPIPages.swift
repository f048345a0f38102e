internal import HTTPServer
internal import JSON

/// Writes operations one by one, and gathers what they refer to.
struct OpenAPIPages {
    private var forms = SchemaForm(componentsAt: OpenAPI.schemasPath)
    private var examples: [String: JSONValue] = [:]

    private static let requestID = "X-Request-Id"

    mutating func write(_ routed: RoutedOperation) -> JSONValue {
        let operation = routed.operation
        var page: JSONObject = ["operationId": .string(operation.id), "summary": .string(operation.summary)]
        if let details = operation.details { page["description"] = .string(details) }
        page["security"] = .array(
            // Each of the roles is enough.
            operation.access?.roles.map { ["bearer": [.string($0)]] } ?? [])
        let parameters = operation.parameters.map { write($0, isRest: $0.name == routed.restName) }
        if !parameters.isEmpty { page["parameters"] = .array(parameters) }
        if let body = operation.body { page["requestBody"] = write(body) }
        page["responses"] = .object(responses(of: operation))
        return .object(page)
    }

    var components: JSONValue {
        [
            "schemas": .object(Self.sorted(forms.components)),
            "examples": .object(Self.sorted(examples)),
            "headers": [
                Self.requestID: [
                    "description": "Names the request in our logs: the client's own, where it sent a sane one.",
                    "schema": ["type": "string"],
                ]
            ],
            "securitySchemes": [
                "bearer": [
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "An access token (RFC 9068) of the house's identity provider.",
                ]
            ],
        ]
    }

    private static func sorted(_ members: [String: JSONValue]) -> JSONObject {
        JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    // MARK: - What is asked

    private mutating func write(_ parameter: Operation.Parameter, isRest: Bool) -> JSONValue {
        var form: JSONObject = [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "description": .string(parameter.says), "required": .bool(parameter.isRequired),
            "schema": forms.write(parameter.schema, .request), "example": parameter.schema.example,
        ]
        if isRest { form["x-rest"] = true }
        return .object(form)
    }

    private mutating func write(_ body: Operation.Body) -> JSONValue {
        let schema = forms.write(body.schema, .request)
        let media: JSONValue = ["schema": schema, "example": body.schema.example]
        return [
            "required": .bool(body.isRequired),
            "description": .string("At most \(body.bytesMax) bytes."),
            "content": .object(JSONObject(body.mediaTypes.map { ($0, media) })),
        ]
    }

    // MARK: - What is answered

    private mutating func responses(of operation: Operation) -> JSONObject {
        let answers = operation.allAnswers
        let problems = operation.problems
        var responses = JSONObject()
        for status in Set(answers.map(\.status) + problems.map(\.status)).sorted() {
            responses["\(status)"] = response(
                answers.filter { $0.status == status }, problems.filter { $0.status == status })
        }
        return responses
    }

    private mutating func response(_ answers: [Operation.Answer], _ problems: [ProblemType]) -> JSONValue {
        let says = answers.map(\.says) + problems.map { $0.title + "." }
        var response: JSONObject = ["description": .string(says.joined(separator: " "))]
        response["headers"] = .object(headers(answers.map(\.headers) + problems.map(\.headers)))
        var content = JSONObject()
        for answer in answers {
            let media: JSONValue =
                if let schema = answer.schema {
                    ["schema": forms.write(schema, .answer), "example": schema.example]
                } else { [:] }
            for type in answer.mediaTypes { content[type] = media }
        }
        if !problems.isEmpty { content[Problem.mediaType] = write(problems) }
        if !content.isEmpty { response["content"] = .object(content) }
        return .object(response)
    }

    /// A header is certain where every kind of this answer has it.
    private mutating func headers(_ kinds: [[AnswerHeader]]) -> JSONObject {
        var headers: JSONObject = [Self.requestID: ["$ref": .string("#/components/headers/\(Self.requestID)")]]
        for header in kinds.flatMap({ $0 }) where headers[header.name] == nil {
            let isCertain = kinds.allSatisfy { kind in kind.contains { $0.name == header.name && $0.isCertain } }
            headers[header.name] = [
                "description": .string(header.says), "required": .bool(isCertain),
                "schema": forms.write(header.schema, .answer),
            ]
        }
        return headers
    }

    private mutating func write(_ problems: [ProblemType]) -> JSONValue {
        var references: [JSONValue] = []
        var shown = JSONObject()
        for problem in problems {
            // One name may have several statuses.
            let name = "\(problem.status).\(problem.name)"
            references.append(forms.write(.named("problem.\(name)", problem.schema), .answer))
            examples[name] = ["summary": .string(problem.title), "value": problem.schema.example]
            shown[name] = ["$ref": .string(OpenAPI.examplesPath + name)]
        }
        return [
            "schema": references.count == 1 ? references[0] : ["anyOf": .array(references)],
            "examples": .object(shown),
        ]
    }
}
