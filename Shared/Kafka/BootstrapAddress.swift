internal import Glibc

/// The brokers to begin with: given, or read from a file that a broker wrote at its start.
enum BootstrapAddress {
    /// A file that is larger is not an address file.
    static let fileBytesMax = 4096
    /// How often the file is looked at while it is missing, or while all brokers are down.
    static let fileReadInterval: Duration = .milliseconds(250)

    /// What `bootstrap` says now; `nil` while its file is missing, unreadable, or holds no address.
    static func current(_ bootstrap: KafkaConfiguration.Bootstrap) -> String? {
        switch bootstrap {
        case .servers(let text): return try? parse(text)
        case .file(let path):
            guard let bytes = read(path), let text = String(validating: bytes, as: UTF8.self) else { return nil }
            return try? parse(text)
        }
    }

    /// `host:port` pairs with commas; blanks around them are dropped.
    static func parse(_ text: String) throws(KafkaError) -> String {
        let pairs = text.split(separator: ",").map { pair in
            String(pair.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        }
        let allGood = pairs.allSatisfy { pair in
            guard let colon = pair.lastIndex(of: ":"), colon != pair.startIndex else { return false }
            guard let port = UInt16(pair[pair.index(after: colon)...]), port > 0 else { return false }
            return !pair.contains(where: \.isWhitespace)
        }
        guard !pairs.isEmpty, allGood else {
            throw KafkaError(
                .configuration, retriable: false, "the Kafka bootstrap servers must be host:port, several with commas")
        }
        return pairs.joined(separator: ",")
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: fileBytesMax) { buffer, count in
            count = unsafe max(0, Glibc.read(descriptor, buffer.baseAddress, fileBytesMax))
        }
        return bytes.isEmpty || bytes.count == fileBytesMax ? nil : bytes
    }
}
