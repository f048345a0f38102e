internal import CatalogDomain
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

extension ImportRoute {
    /// Of films and programmes.
    static func catalog(
        authenticator: Authenticator, importCatalog: ImportCatalog, meters: CatalogMeters, log: Log
    ) -> ImportRoute {
        ImportRoute(authenticator: authenticator) { request, isDryRun in
            let plan: CatalogImport
            do {
                let draft = try ImportDraft(request.body, bytesMax: bodyBytesMax)
                plan = try await Problem.forDatabase {
                    try await importCatalog(draft, isDryRun: isDryRun, trace: request.identity.trace)
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

extension ImportCounts {
    fileprivate init<Item>(_ plan: ItemImport<Item>) {
        self.init(
            created: plan.count(.created), changed: plan.count(.changed), unchanged: plan.count(.unchanged))
    }
}

extension Problem {
    fileprivate init(_ refused: ImportRefused) {
        let first = refused.faults.first?.description ?? ""
        let faults = refused.faults.map(\.value)
        switch refused.reason {
        case .tooLarge: self = .bodyTooLarge(bytesMax: ImportRoute.bodyBytesMax)
        case .malformed:
            self = .importRefused(status: 400, "malformed-json", title: "Malformed JSON", first: first, faults: faults)
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
