internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

extension ImportRoute {
    /// How long the database may take for an import: thousands of rows.
    private static let institutionsWaitMax: Duration = .seconds(20)

    /// Of institutions and taxes; what a document holds for other services is theirs.
    static func institutions(
        authenticator: Authenticator, importInstitutions: ImportInstitutions
    ) -> ImportRoute {
        ImportRoute(authenticator: authenticator, lists: ["institutions", "taxes"], problems: .ofDatabase) {
            request, isDryRun in
            let document = try document(request)
            do {
                return try await Problem.forDatabase(within: institutionsWaitMax) {
                    try await importInstitutions(
                        document, isDryRun: isDryRun, by: request.operatorCall, trace: request.identity.trace
                    ).counts
                }
            } catch let refused as ImportInstitutions.Refused {
                throw Problem(refused)
            }
        }
    }

    /// A misspelt member is refused with its line and path.
    private static func document(_ request: Request) throws(Problem) -> ImportDocument {
        do throws(JSONError) {
            return try JSON.decode(
                ImportDocument.self, from: request.body, limits: JSONLimits(bytesMax: bodyBytesMax),
                userInfo: ImportDocument.decoderInfo)
        } catch {
            throw Problem(error)
        }
    }
}

extension Problem {
    /// With every contradiction.
    fileprivate init(_ refused: ImportInstitutions.Refused) {
        self = .importRefused(
            first: refused.problems.first?.description ?? "",
            faults: refused.problems.map { ["path": .string($0.path), "message": .string($0.sentence)] })
    }
}
