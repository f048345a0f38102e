/// A path inside an asset's folder in its one canonical spelling: names of `A–Z a–z 0–9 . _ -` that do not begin with a
/// dot, joined by single slashes. Whatever else a URL can spell (`..`, `%2F`, `//`, `\`, NUL) has no value of this type.
public struct AssetPath: Sendable, Hashable, CustomStringConvertible {
    public static let bytesMax = 200
    public static let namesMax = 6

    public let description: String

    /// From a stored name: must already be canonical.
    public init?(_ text: some StringProtocol) {
        self.init(bytes: Array(text.utf8))
    }

    /// From a request's raw path behind the token. Escapes of characters that need none are the same path (RFC 3986
    /// §6.2.2.2) and are undone once; every other escape is refused, since no name of ours needs one.
    public init?(requested raw: some StringProtocol) {
        guard raw.utf8.count <= Self.bytesMax * 3 else { return nil }
        var bytes: [UInt8] = []
        var rest = Array(raw.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.hexadecimal),
                let low = rest.popFirst().flatMap(Self.hexadecimal)
            else { return nil }
            let character = high << 4 | low
            guard Self.isNameCharacter(character) else { return nil }
            bytes.append(character)
        }
        self.init(bytes: bytes)
    }

    private init?(bytes: [UInt8]) {
        guard bytes.count <= Self.bytesMax else { return nil }
        let names = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard names.count <= Self.namesMax,
            names.allSatisfy({ !$0.isEmpty && $0.first != UInt8(ascii: ".") && $0.allSatisfy(Self.isNameCharacter) })
        else { return nil }
        description = String(decoding: bytes, as: UTF8.self)
    }

    /// The path of `name` in the folder of this path, as a relative URI in a playlist means it; nil if not canonical.
    public func sibling(_ name: some StringProtocol) -> AssetPath? {
        guard let slash = description.utf8.lastIndex(of: UInt8(ascii: "/")) else { return AssetPath(name) }
        return AssetPath(String(description[...slash]) + String(name))
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
