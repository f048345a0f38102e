/// A name in the DNS (RFC 1035 §2.3.1, digits first as RFC 1123 §2.1 allows): lower-case letters, digits and hyphens in
/// labels joined by dots (`library.example.org`). A name of other scripts is written as it is looked up (`xn--…`).
public struct DomainName: TextValue {
    static let bytesMax = 253
    static let labelBytesMax = 63

    public let text: String

    public init(_ text: String) throws(InvalidValue) {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let endsInName = labels.last.map { !$0.utf8.allSatisfy(\.isASCIIDigit) } ?? false
        guard labels.count > 1, labels.allSatisfy(Self.isLabel), endsInName, text.utf8.count <= Self.bytesMax else {
            throw InvalidValue("\(InvalidValue.quoted(text)) is no domain name in lower case such as library.example.")
        }
        self.text = text
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard (1...labelBytesMax).contains(label.utf8.count), !label.hasPrefix("-"), !label.hasSuffix("-") else {
            return false
        }
        return label.utf8.allSatisfy { $0.isASCIILower || $0.isASCIIDigit || $0 == 0x2D }
    }
}
