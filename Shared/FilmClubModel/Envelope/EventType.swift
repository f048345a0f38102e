/// The version of an event's body: a higher minor adds what old readers may ignore, a higher major breaks them.
public struct SchemaVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let major: Int
    public let minor: Int

    public init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    public var description: String { "\(major).\(minor)" }

    public static func < (left: SchemaVersion, right: SchemaVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

/// What kind of event it is, and by which version of its schema it was written.
public struct EventType: Hashable, Sendable, CustomStringConvertible {
    static let typePrefix = "org.filmclub."
    static let schemaPrefix = "urn:filmclub:schema:"

    /// The short name: `OrderPlaced`.
    public let name: String
    public let version: SchemaVersion

    public init(_ name: String, _ major: Int = 1, _ minor: Int = 0) {
        self.name = name
        self.version = SchemaVersion(major, minor)
    }

    /// The CloudEvents `type`.
    public var typeAttribute: String { Self.typePrefix + name }
    /// The CloudEvents `dataschema`.
    public var schemaAttribute: String { "\(Self.schemaPrefix)\(name):\(version)" }

    public var description: String { "\(name) \(version)" }

    /// Reads both attributes, which must name the same type.
    public init(typeAttribute: String, schemaAttribute: String) throws(EnvelopeError) {
        guard let name = Self.name(typeAttribute) else {
            throw .invalid(
                "ce_type", InvalidValue("\(InvalidValue.quoted(typeAttribute)) is not of the form org.filmclub.<Type>.")
            )
        }
        let parts = schemaAttribute.split(separator: ":", omittingEmptySubsequences: false)
        guard schemaAttribute.hasPrefix(Self.schemaPrefix), parts.count == 5, let version = Self.version(parts[4])
        else {
            throw .invalid(
                "ce_dataschema",
                InvalidValue(
                    "\(InvalidValue.quoted(schemaAttribute)) is not of the form "
                        + "urn:filmclub:schema:<Type>:<major>.<minor>."))
        }
        guard parts[3] == name else {
            throw .invalid("ce_dataschema", InvalidValue("It is the schema of another type than ce_type names."))
        }
        self.name = name
        self.version = version
    }

    private static func name(_ attribute: String) -> String? {
        guard attribute.hasPrefix(typePrefix) else { return nil }
        let name = attribute.dropFirst(typePrefix.count)
        let isWellFormed =
            name.utf8.first?.isASCIIUpper == true && name.utf8.count <= 80
            && name.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit }
        return isWellFormed ? String(name) : nil
    }

    private static func version(_ text: Substring) -> SchemaVersion? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = number(parts[0]), let minor = number(parts[1]), major > 0 else {
            return nil
        }
        return SchemaVersion(major, minor)
    }

    private static func number(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        guard text.utf8.count == 1 || text.utf8.first != 0x30 else { return nil }
        return Int(text)
    }
}

/// What a consumer may do with an event of some type and version.
public enum EventAcceptance: Hashable, Sendable {
    /// This build knows the type in this version.
    case known
    /// Written by a newer house that only added: read what is known, ignore the rest.
    case newerMinor
    /// Nobody here has heard of it: move the watermark, do nothing.
    case unknownType
    /// It cannot be understood: a dead letter, for this reason.
    case refused(reason: String)
}

extension EventType {
    /// Judges by the types and versions this build knows.
    public var acceptance: EventAcceptance {
        guard let known = Self.known[name] else { return .unknownType }
        if version.major > known.major {
            return .refused(
                reason: "\(name) \(version) has a higher major version than \(known), the highest known here.")
        }
        return version.major == known.major && version.minor > known.minor ? .newerMinor : .known
    }

    /// The highest known version a type.
    static let known: [String: SchemaVersion] = Dictionary(
        Events.all.map { ($0.type.name, $0.type.version) }, uniquingKeysWith: max)
}
