internal import CatalogDomain
internal import Contracts
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

extension ImportRoute {
    /// Of films and programmes.
    static func catalog(
        authenticator: Authenticator, importCatalog: ImportCatalog, meters: CatalogMeters, log: Log
    ) -> ImportRoute {
        let lists = ["films", "programmes"]
        return ImportRoute(
            authenticator: authenticator, lists: lists, document: .importDocument(reading: lists),
            problems: .ofDatabase
        ) { request, isDryRun in
            let plan: CatalogImport
            do {
                let draft = try await ImportDraft(request.body, bytesMax: bodyBytesMax)
                plan = try await Problem.forDatabase {
                    try await importCatalog(
                        draft, isDryRun: isDryRun, by: request.operatorCall, trace: request.identity.trace)
                }
            } catch let refused as ImportRefused {
                meters.importsRefused.increment()
                throw Problem(refused)
            }
            if !isDryRun {
                meters.count(plan.films)
                meters.count(plan.programmes)
                request.log(log).info(
                    "catalog.imported",
                    ["films": .count(plan.films.news.count), "programmes": .count(plan.programmes.news.count)])
            }
            return ["films": ImportCounts(plan.films), "programmes": ImportCounts(plan.programmes)]
        }
    }
}

extension Problem {
    init(_ refused: ImportRefused, bytesMax: Int = ImportRoute.bodyBytesMax) {
        let first = refused.faults.first?.description ?? ""
        let faults = refused.faults.map(\.value)
        switch refused.reason {
        case .tooLarge: self = .bodyTooLarge(bytesMax: bytesMax)
        case .malformed:
            self.init(
                .malformedJSON, detail: "Nothing was imported. \(first)",
                members: refused.place(ending: ["errors": .array(faults)]))
        case .invalid: self = .importRefused(first: first, faults: faults)
        }
    }
}

extension ImportFault: CustomStringConvertible {
    /// All in one sentence: `line 4, column 31, films[3].slug: …`.
    var description: String {
        "line \(line), column \(column)\(path.isEmpty ? "" : ", ")\(path): \(message)"
    }

    fileprivate var value: JSONValue {
        [
            "path": .string(path), "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "message": .string(message),
        ]
    }
}

extension ImportRefused {
    /// Where the first fault is, before `rest`.
    fileprivate func place(ending rest: JSONObject) -> JSONObject {
        guard let first = faults.first else { return rest }
        let place: JSONObject = ["line": .integer(Int64(first.line)), "column": .integer(Int64(first.column))]
        return JSONObject((place.members + rest.members).map { ($0.key, $0.value) })
    }
}
