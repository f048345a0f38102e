internal import Contracts
public import HTTPServer
internal import JOSE
internal import JSON

extension Router {
    /// Serves the document of everything that is declared so far, and of the route that serves it. Nothing where
    /// nothing is declared.
    /// - Parameters:
    ///   - service: its name.
    ///   - server: where clients reach it; nil for where they have the document from.
    public mutating func publishContract(of service: String, at server: String? = nil) {
        guard !Contract(self).operations.isEmpty else { return }
        var complete = self
        complete.get(OpenAPI.path, .openAPI) { _ in .noContent }
        let openAPI = OpenAPI(title: "FilmClub \(service)", version: Shell.version, server: server)
        let bytes = JSON.encode(openAPI.document(Contract(complete)))
        let answer = Response.json(
            bytes, headers: ["ETag": Self.entityTag(bytes), "Cache-Control": "no-cache"])
        get(OpenAPI.path, .openAPI) { _ in answer }
    }

    /// Of the first 64 bits of its digest.
    private static func entityTag(_ bytes: [UInt8]) -> String {
        let digits = Hashing.sha256(bytes).prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
        }
        return "\"\(digits.joined())\""
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
}
