internal import FilmClubModel
internal import HTTPServer
internal import ServiceShell

/// Whose orders and documents a caller may see: an operator everybody's, those who choose and buy their institution's.
enum Reach: Sendable {
    case all
    case institution(InstitutionID)

    init(of request: Request, _ authenticator: Authenticator) throws(Problem) {
        let caller = try authenticator.require(.selector, .purchaser, .operator, of: request)
        guard !caller.roles.contains(.operator) else {
            self = .all
            return
        }
        self = .institution(try authenticator.requireInstitution(.selector, .purchaser, of: request).institution)
    }

    func includes(_ institution: InstitutionID) -> Bool {
        switch self {
        case .all: true
        case .institution(let own): own == institution
        }
    }

    /// The institutions whose things a list shows, all of them at once where there are two: none, if these differ.
    func scope(of request: Request) throws(Problem) -> [InstitutionID] {
        let asked = try request.query("institutionId") { try? InstitutionID($0) }
        let own: InstitutionID? = if case .institution(let own) = self { own } else { nil }
        return [own, asked].compactMap(\.self)
    }
}

extension Request {
    func limit(in range: ClosedRange<Int>) throws(Problem) -> Int? {
        try query("limit") { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }
}
