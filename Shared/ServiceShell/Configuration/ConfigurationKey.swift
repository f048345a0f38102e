/// One setting, declared once: its name, kind, default and help. Read it with `configuration[Keys.httpPort]`.
///
///     enum Keys {
///         static let pageMax = ConfigurationKey("PAGE_MAX", .integer(in: 1...500), default: 50, help: "Films a page.")
///         static let database = ConfigurationKey("DATABASE_URL", .text, secret: true, help: "…")    // required
///         static let caFile = ConfigurationKey(optional: "CA_FILE", .path, help: "…")                // String?
///     }
public struct ConfigurationKey<Value: Sendable>: AnyConfigurationKey {
    public let declaration: KeyDeclaration

    /// A setting with a default, or without one a setting that must be given.
    /// - Parameter secret: never shown; may also be read from the file that `<name>_FILE` names.
    public init(
        _ name: String, _ kind: ConfigurationKind<Value>, default fallback: Value? = nil, secret: Bool = false,
        help: String
    ) {
        declaration = KeyDeclaration(
            name: name, help: help, kind: kind.description, isSecret: secret,
            absence: fallback.map { .fallback($0, shown: kind.format($0)) } ?? .refused, parse: { kind.parse($0) })
    }

    /// A setting that may be left out: its value is optional.
    public init<Wrapped>(
        optional name: String, _ kind: ConfigurationKind<Wrapped>, secret: Bool = false, help: String
    ) where Value == Wrapped? {
        declaration = KeyDeclaration(
            name: name, help: help, kind: kind.description, isSecret: secret,
            absence: .fallback(Wrapped?.none, shown: nil),
            parse: { text in kind.parse(text).map { Optional.some($0) as any Sendable } })
    }
}

/// A key of any value's type, for lists of keys.
public protocol AnyConfigurationKey: Sendable {
    var declaration: KeyDeclaration { get }
}

/// What a key says about itself, without its value's type.
public struct KeyDeclaration: Sendable {
    enum Absence: Sendable {
        /// The setting must be given.
        case refused
        /// What it is when it is not given; `shown` is nil where nothing stands for it.
        case fallback(any Sendable, shown: String?)
    }

    public let name: String
    public let help: String
    public let kind: String
    public let isSecret: Bool
    let absence: Absence
    let parse: @Sendable (String) -> (any Sendable)?

    /// The sibling that names a file holding the secret.
    var fileName: String { "\(name)_FILE" }
}
