import Contracts
public import HTTPClient
public import HTTPServer
public import JSON
import ServiceShell

/// Holds every answer of a service against what its document promises, and every request that was taken against what
/// the document says may be asked. `HostedService` asks it about each request of each test.
///
/// It judges by the document that clients read, not by the declarations that the document is made from.
public struct ContractCheck: Sendable {
    public let contract: Contract
    public let document: JSONValue

    /// - Parameter router: whole, with the route that serves the document.
    public init(_ router: Router) async {
        contract = Contract(router)
        let answer = await router.respond(to: Request.reading(OpenAPI.path))
        guard case .bytes(let bytes) = answer.body else {
            document = .null
            return
        }
        document = Self.read(bytes)
    }

    /// Read once: all tests of a service have the same.
    private static func read(_ bytes: [UInt8]) -> JSONValue {
        known.withLock { known in
            if let (read, document) = known, read == bytes { return document }
            let document = (try? JSON.parse(bytes, limits: JSONLimits(bytesMax: 4 * 1_024 * 1_024))) ?? .null
            known = (bytes, document)
            return document
        }
    }

    private static let known = Lock<([UInt8], JSONValue)?>(nil)

    /// What the service has not kept to.
    public func faults(_ request: ClientRequest, path target: String, _ answer: Answer) -> [String] {
        guard let (routed, path) = contract.operation(request.method, target) else { return [] }
        let name = "\(request.method) \(routed.pattern)"
        guard let operation = page(of: routed) else { return ["\(name) is not in the document"] }
        guard let response = operation["responses"]?["\(answer.status)"] else {
            return ["\(name) answered \(answer.status), which is not declared: \(answer.text.prefix(200))"]
        }
        var faults = self.faults(of: answer, by: response, method: request.method)
        if answer.status < 300 {
            faults += self.faults(of: request, target: target, path, by: operation, routed.operation)
        }
        return faults.map { "\(name) answered \(answer.status), and \($0)" }
    }

    private func page(of routed: RoutedOperation) -> JSONValue? {
        document["paths"]?[routed.pattern.replacing("...}", with: "}")]?[routed.method.rawValue.lowercased()]
    }

    // MARK: - What was answered

    private func faults(of answer: Answer, by response: JSONValue, method: String) -> [String] {
        var faults: [String] = []
        for (name, header) in response["headers"]?.objectValue?.members ?? [] where header["required"] == true {
            if answer.headers[name] == nil { faults.append("the header \(name) is missing") }
        }
        for (name, header) in response["headers"]?.objectValue?.members ?? [] {
            guard let value = answer.headers[name], let schema = header["schema"] else { continue }
            faults += judge(isStrict: true).faults(in: .string(value), by: schema, at: "the header \(name)")
        }
        guard method != "HEAD" else { return faults }
        return faults + self.faults(ofContent: answer, by: response["content"])
    }

    private func faults(ofContent answer: Answer, by content: JSONValue?) -> [String] {
        guard let type = answer.headers["Content-Type"] else {
            return answer.bytes.isEmpty && content == nil ? [] : ["there is a content without a type, or none at all"]
        }
        guard let media = content?[type] else { return ["the type \(type) is not declared"] }
        guard let schema = media["schema"] else { return [] }
        return judge(isStrict: true).faults(in: answer.json, by: schema)
    }

    // MARK: - What was asked

    /// Of a request that was taken: had its own document led a client to send this?
    private func faults(
        of request: ClientRequest, target: String, _ path: PathParameters, by page: JSONValue,
        _ operation: Operation
    ) -> [String] {
        var faults: [String] = []
        if let body = request.body, !body.isEmpty {
            faults += self.faults(ofTaken: body, by: page["requestBody"]?["content"]?["application/json"]?["schema"])
        }
        for parameter in operation.parameters {
            guard let value = Self.value(parameter, request, target, path) else {
                if parameter.isRequired { faults.append("was not given \(parameter.name), which is required") }
                continue
            }
            let schema = page["parameters"]?.arrayValue?.first { $0["name"] == .string(parameter.name) }?["schema"]
            faults += judge(isStrict: false).faults(in: value, by: schema ?? .null, at: parameter.name)
        }
        return faults.map { "had taken what is not declared: \($0)" }
    }

    /// Digits stand for the number where one is asked for.
    private static func form(of value: String, _ schema: Schema) -> JSONValue {
        guard case .integer = schema, let number = Int64(value) else { return .string(value) }
        return .integer(number)
    }

    private func faults(ofTaken body: [UInt8], by schema: JSONValue?) -> [String] {
        guard let schema else { return ["a body"] }
        let value = (try? JSON.parse(body, limits: JSONLimits(bytesMax: 16 * 1_024 * 1_024))) ?? .null
        return judge(isStrict: false).faults(in: value, by: schema)
    }

    private static func value(
        _ parameter: Operation.Parameter, _ request: ClientRequest, _ target: String, _ path: PathParameters
    ) -> JSONValue? {
        let given: [String] =
            switch parameter.place {
            case .path: [path[parameter.name]].compactMap { $0 }
            case .header:
                request.headers.filter { $0.name.lowercased() == parameter.name.lowercased() }.map(\.value)
            case .query: Request.reading(target).query.all(parameter.name)
            }
        guard let first = given.first else { return nil }
        // An array is given as often as it has elements (OpenAPI 3.1, style "form", exploded).
        guard case .array(let element, _) = parameter.schema else { return form(of: first, parameter.schema) }
        return .array(given.map { form(of: $0, element) })
    }

    private func judge(isStrict: Bool) -> SchemaJudge { SchemaJudge(document, isStrict: isStrict) }
}

extension Request {
    /// GET of a target that is known to be one.
    fileprivate static func reading(_ target: String) -> Request {
        do throws(Problem) {
            return try Request(.get, target)
        } catch {
            preconditionFailure("\(target) is no target")
        }
    }
}
