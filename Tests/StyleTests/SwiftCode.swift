/// Swift source with the words of comments and string literals blanked out, line by line, so that a rule about code
/// looks at code only. What stands in an interpolation is code and stays.
struct SwiftCode {
    let lines: [Substring]

    init(_ text: String) {
        var scanner = Scanner(bytes: Array(text.utf8))
        lines = scanner.code().split(separator: "\n", omittingEmptySubsequences: false)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0
        var output: [UInt8] = []

        init(bytes: [UInt8]) {
            self.bytes = bytes
            output.reserveCapacity(bytes.count)
        }

        mutating func code() -> String {
            while position < bytes.count { step() }
            return String(decoding: output, as: UTF8.self)
        }

        /// What a comment or a literal begins with.
        private static let beginnings = Set("/\"#".utf8)

        /// One token or one byte of code.
        private mutating func step() {
            if !Self.beginnings.contains(bytes[position]) {
                keep(1)
            } else if starts(with: "//") {
                while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            } else if starts(with: "/*") {
                skipBlockComment()
            } else if let literal = literalHere() {
                skipLiteral(literal)
            } else {
                keep(1)
            }
        }

        private mutating func skipBlockComment() {
            var depth = 0
            repeat {
                if starts(with: "/*") {
                    depth += 1
                    blank(2)
                } else if starts(with: "*/") {
                    depth -= 1
                    blank(2)
                } else {
                    blank(1)
                }
            } while depth > 0 && position < bytes.count
        }

        /// A string literal's marks: so many `#`, and one quote or three.
        private struct Literal {
            let pounds: Int
            let quotes: Int
        }

        private func literalHere() -> Literal? {
            var pounds = 0
            while byte(pounds) == UInt8(ascii: "#") { pounds += 1 }
            guard byte(pounds) == UInt8(ascii: "\"") else { return nil }
            let isLong = byte(pounds + 1) == UInt8(ascii: "\"") && byte(pounds + 2) == UInt8(ascii: "\"")
            return Literal(pounds: pounds, quotes: isLong ? 3 : 1)
        }

        private mutating func skipLiteral(_ literal: Literal) {
            let pounds = String(repeating: "#", count: literal.pounds)
            let quotes = String(repeating: "\"", count: literal.quotes)
            keep(literal.pounds + literal.quotes)
            while position < bytes.count {
                if starts(with: quotes + pounds) { return keep(literal.quotes + literal.pounds) }
                if starts(with: "\\" + pounds + "(") {
                    blank(1 + literal.pounds)
                    keepInterpolation()
                } else if literal.pounds == 0, starts(with: "\\") {
                    blank(2)
                } else {
                    blank(1)
                }
            }
        }

        private mutating func keepInterpolation() {
            var depth = 0
            repeat {
                if byte(0) == UInt8(ascii: "(") { depth += 1 }
                if byte(0) == UInt8(ascii: ")") { depth -= 1 }
                step()
            } while depth > 0 && position < bytes.count
        }

        private func byte(_ offset: Int) -> UInt8? {
            position + offset < bytes.count ? bytes[position + offset] : nil
        }

        private func starts(with text: String) -> Bool {
            bytes[position...].starts(with: text.utf8)
        }

        private mutating func keep(_ count: Int) {
            for byte in bytes[position..<min(position + count, bytes.count)] { output.append(byte) }
            position = min(position + count, bytes.count)
        }

        /// As blanks, but for the ends of lines.
        private mutating func blank(_ count: Int) {
            for byte in bytes[position..<min(position + count, bytes.count)] {
                output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
            }
            position = min(position + count, bytes.count)
        }
    }
}
