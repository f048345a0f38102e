internal import JOSE

/// The key set of a file, kept up with: the file may be replaced while the process runs.
struct KeySetFile {
    /// At most one look a second because of tokens with unknown keys, whoever sends them.
    static let unknownKeyLookInterval: Int64 = 1
    /// A key that was taken out of the file is no longer trusted after this many seconds.
    static let routineLookInterval: Int64 = 10

    let path: String
    private(set) var keys: JWKS
    private var stamp: SmallFile.Stamp?
    private var lookedAtSeconds: Int64

    enum Look: Equatable {
        case unchanged
        case changed
        /// The file has changed and cannot be used; the old keys stay.
        case unusable(String)
    }

    init(path: String, nowSeconds: Int64) throws(FileFailure) {
        self.path = path
        stamp = SmallFile.stamp(of: path)
        keys = try Self.read(path)
        lookedAtSeconds = nowSeconds
    }

    /// Looks whether the file has changed, if the last look is long enough ago.
    mutating func look(nowSeconds: Int64, because interval: Int64) -> Look {
        // A clock set back must not end the looking.
        guard nowSeconds >= lookedAtSeconds + interval || nowSeconds < lookedAtSeconds else { return .unchanged }
        lookedAtSeconds = nowSeconds
        let current = SmallFile.stamp(of: path)
        guard current != stamp else { return .unchanged }
        stamp = current
        do throws(FileFailure) {
            keys = try Self.read(path)
            return .changed
        } catch {
            return .unusable(error.description)
        }
    }

    private static func read(_ path: String) throws(FileFailure) -> JWKS {
        let bytes = try SmallFile.bytes(of: path)
        do {
            return try JWKS(bytes)
        } catch {
            throw FileFailure("The key set in \(path) cannot be used: \(error)")
        }
    }
}
