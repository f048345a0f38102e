import Contracts
import FilmClubModel
import HTTPClient
import HTTPServer
import JSON
import ServiceShell

/// What must hold of every service's contract, for the tests of each.
extension ContractCheck {
    /// Examples of the document that its own schemas refuse.
    public func faultsOfExamples() -> [String] {
        var faults: [String] = []
        judgeExamples(document, at: "", &faults)
        return faults
    }

    private func judgeExamples(_ node: JSONValue, at place: String, _ faults: inout [String]) {
        switch node {
        case .array(let elements):
            for (index, element) in elements.enumerated() { judgeExamples(element, at: "\(place)[\(index)]", &faults) }
        case .object(let members):
            if let schema = members["schema"] {
                for example in examples(beside: members) {
                    faults += SchemaJudge(document, isStrict: true).faults(in: example, by: schema).map {
                        "\(place): \($0)"
                    }
                }
            }
            for (name, member) in members.members where name != "example" && name != "examples" {
                judgeExamples(member, at: "\(place)/\(name)", &faults)
            }
        default: break
        }
    }

    private func examples(beside members: JSONObject) -> [JSONValue] {
        let shown = members["examples"]?.objectValue?.members.map { _, example in
            example["$ref"].flatMap { SchemaJudge(document, isStrict: true).resolve($0) }?["value"] ?? .null
        }
        return (members["example"].map { [$0] } ?? []) + (shown ?? [])
    }

    /// How often the document shows one.
    public var examplesCount: Int { document["components"]?["examples"]?.objectValue?.count ?? 0 }
}

extension ServiceWorld {
    /// What is missing of the service's document, and of how it is served.
    public func faultsOfDocument() async throws -> [String] {
        var faults = service.check.contract.undeclared.map { "\($0) has no contract" }
        let whole = try await send("GET", OpenAPI.path)
        if whole.status != 200 || whole.json != service.check.document { faults.append("it is not served") }
        let tag = whole.headers["ETag"] ?? ""
        let again = try await send("GET", OpenAPI.path, headers: [("If-None-Match", tag)])
        if again.status != 304 { faults.append("who has it is answered \(again.status)") }
        let paths = service.check.document["paths"]?.objectValue?.keys ?? []
        let patterns = Set(service.check.contract.operations.map { $0.pattern.replacing("...}", with: "}") })
        return faults + patterns.symmetricDifference(paths).map { "\($0) is not both a route and in it" }
    }

    /// Asks each operation with each role that it does not name, and without a token. Returns what was not refused for
    /// it: nothing of the request but the token is good, so a refusal for something else comes too early or too late.
    public func operationsThatLetStrangersIn() async throws -> [String] {
        var faults: [String] = []
        let school = InstitutionID.generate(now: .now())
        for routed in service.check.contract.operations {
            guard let access = routed.operation.access else { continue }
            let (method, target) = (routed.method.rawValue, routed.targetOfNothing)
            let name = "\(method) \(routed.pattern)"
            let headers = [("Idempotency-Key", "stranger")]
            let anonymous = try await send(method, target, headers: headers)
            if anonymous.problem != "unauthenticated" { faults.append("\(name) without a token: \(anonymous.status)") }
            for role in Role.allCases where !access.roles.contains(role.rawValue) {
                let token = try token([role], of: school)
                let answer = try await send(method, target, token: token, headers: headers)
                if answer.problem != "forbidden" { faults.append("\(name) as \(role.rawValue): \(answer.status)") }
            }
            let roleless = try await send(method, target, token: try token([], of: school), headers: headers)
            if roleless.problem != "forbidden" { faults.append("\(name) without a role: \(roleless.status)") }
        }
        return faults
    }
}

extension RoutedOperation {
    /// With ids that name nothing.
    fileprivate var targetOfNothing: String {
        pattern.split(separator: "/").map { part in
            part.hasPrefix("{") ? "0190b5a8-7c00-7000-8000-0000000000ff" : String(part)
        }.reduce("") { "\($0)/\($1)" }
    }
}
