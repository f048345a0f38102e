internal import HTTPClient

/// Where the identity provider's public keys are: a file, or an address.
///
/// An address is https. Plain http is taken from this very machine alone, for tests and for a provider beside us: whoever
/// can change the keys on their way can be anybody.
public enum KeySetLocation: Sendable, Equatable {
    case file(String)
    case address(String)

    static let addressBytesMax = 2_048
    private static let loopbackHosts: Set = ["127.0.0.1", "localhost", "[::1]"]

    /// Nil for what is neither: another scheme, http to elsewhere, a user name or password, a fragment, a blank.
    public init?(_ text: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        guard text.contains("://") else {
            self = .file(text)
            return
        }
        let isSecure = text.hasPrefix("https://")
        guard isSecure || text.hasPrefix("http://"), text.utf8.count <= Self.addressBytesMax,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") })
        else { return nil }
        let authority = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        guard isSecure || Self.loopbackHosts.contains(Self.host(authority)) else { return nil }
        self = .address(text)
    }

    private static func host(_ authority: Substring) -> String {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") { return String(authority[...end]) }
        return String(authority.prefix { $0 != ":" }).lowercased()
    }
}
