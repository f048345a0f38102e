/// Where an import run stands.
public enum ImportRunState: String, Sendable, CaseIterable {
    /// It takes parts.
    case staging
    /// Somebody looks what it would change.
    case checking
    /// What it would change is known.
    case checked
    /// It is being applied; nothing of it is seen yet.
    case applying
    /// All of it is in the catalog.
    case applied
    /// Nothing of it is in the catalog, and what is wrong with it is known.
    case refused

    public var isAtWork: Bool { self == .checking || self == .applying }

    /// Whether its parts may be replaced, and whether it may be begun (again).
    public var isOpen: Bool { self == .staging || self == .checked || self == .refused }
}

/// What an import means for one list.
public struct ChangeTally: Hashable, Sendable {
    public private(set) var created = 0
    public private(set) var changed = 0
    public private(set) var unchanged = 0

    public init() {}

    public mutating func count(_ change: ItemChange) {
        switch change {
        case .created: created += 1
        case .changed: changed += 1
        case .unchanged: unchanged += 1
        }
    }

    public var total: Int { created + changed + unchanged }
    public var isNews: Bool { created + changed > 0 }
}

/// The limits of an import run. A part is taken as one body; what it holds together is what the work on it costs.
public enum ImportRunLimits {
    public static let partBytesMax = 4 * 1_024 * 1_024
    public static let partItemsMax = 1_000
    public static let partsMax = 10_000
    public static let itemsMax: Int64 = 500_000

    /// Digits only, from 0 to `partsMax` - 1.
    public static func part(_ text: String) -> Int32? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int32(text).flatMap { $0 < partsMax ? $0 : nil }
    }
}
