public import FilmClubModel

/// What a token may allow (design: selector chooses, purchaser orders, organiser sets windows and opens sessions,
/// viewer opens sessions, operator runs the house).
public enum Role: String, Sendable, Hashable, CaseIterable {
    case selector, purchaser, organiser, viewer
    case `operator`
}

/// Who asks. Its description leaves the subject out, which may be a person.
public struct Principal: Sendable, Equatable, CustomStringConvertible {
    /// The identity provider's name for the caller; never for a log, a metric or a topic.
    public let subject: String
    /// The institution the caller acts for; operators may have none.
    public let institution: InstitutionID?
    public let roles: Set<Role>

    public init(subject: String, institution: InstitutionID?, roles: Set<Role>) {
        self.subject = subject
        self.institution = institution
        self.roles = roles
    }

    public var description: String {
        let names = roles.map(\.rawValue).sorted().joined(separator: ", ")
        return "principal of \(institution.map(\.description) ?? "no institution") with roles [\(names)]"
    }
}

extension Principal: CustomReflectable {
    public var customMirror: Mirror { Mirror(self, children: []) }
}
