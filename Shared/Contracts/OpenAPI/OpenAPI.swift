public import HTTPServer
public import JSON

/// The document of a service's interface (OpenAPI 3.1.0), written from what its routes declare.
///
/// The same declarations give the same bytes, at every start and in every process.
public struct OpenAPI: Sendable {
    public static let path = "/openapi.json"
    static let schemasPath = "#/components/schemas/"
    static let examplesPath = "#/components/examples/"

    private let title: String
    private let version: String
    private let server: String

    /// - Parameters:
    ///   - server: where clients reach the service; nil for where they have the document from.
    public init(title: String, version: String, server: String?) {
        self.title = title
        self.version = version
        self.server = server ?? "/"
    }

    public func document(_ contract: Contract) -> JSONValue {
        var pages = OpenAPIPages()
        var paths = JSONObject()
        for operation in contract.operations {
            let path = operation.template
            var item = paths[path]?.objectValue ?? [:]
            item[operation.method.rawValue.lowercased()] = pages.write(operation)
            paths[path] = .object(item)
        }
        return [
            "openapi": "3.1.0",
            "info": ["title": .string(title), "version": .string(version)],
            "servers": [["url": .string(server)]],
            "paths": .object(paths),
            "components": pages.components,
        ]
    }
}

extension RoutedOperation {
    /// The pattern as OpenAPI writes it, which knows no rest of a path.
    var template: String {
        guard let range = pattern.firstRange(of: Self.rest) else { return pattern }
        return pattern.replacing(Self.rest, with: "}", subrange: range)
    }

    private static let rest = "...}"

    /// The parameter that stands for all that is left of the path.
    var restName: String? {
        guard pattern.hasSuffix(Self.rest), let brace = pattern.lastIndex(of: "{") else { return nil }
        return String(pattern[pattern.index(after: brace)...].dropLast(Self.rest.count))
    }
}
