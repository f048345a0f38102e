/// A text that was read: its bytes, and a flat list of what stands in them.
///
/// Nodes stand in the text's order, an object's members as key and value in turn, and each node knows where its subtree
/// ends. So a document is two allocations whatever its shape, and a place in the text costs nothing until asked for.
public final class JSONDocument: Sendable {
    let bytes: [UInt8]
    let nodes: [Node]

    /// Reads the whole text, or says by name what is wrong with it.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        self.bytes = bytes
        self.nodes = try Parser.parse(bytes, limits: limits)
    }

    public var root: JSONNode { JSONNode(document: self, index: 0) }

    enum Kind: UInt8 {
        case null, `true`, `false`, integer, double, string, array, object
    }

    struct Node {
        /// Where its first byte is, a string's opening quote included.
        let start: UInt32
        /// Behind its last byte; 0 while an array or object is still open.
        var end: UInt32
        /// The node behind its subtree; 0 while an array or object is still open.
        var next: UInt32
        let kind: Kind
        /// A string without escapes and beyond-ASCII bytes is its own bytes.
        let isPlain: Bool
        /// An integer's or a double's bits; the number of an array's elements or an object's members.
        var bits: UInt64
    }

    /// The text of a string node.
    func text(_ index: Int) -> String { Self.text(nodes[index], in: bytes) }

    static func text(_ node: Node, in bytes: [UInt8]) -> String {
        let content = bytes[Int(node.start) + 1..<Int(node.end) - 1]
        guard !node.isPlain, content.contains(Byte.backslash) else { return String(decoding: content, as: UTF8.self) }
        return unescaped(content)
    }

    /// Is this the text of a string node? (As `String` compares: canonically equivalent keys are the same key.)
    func text(_ index: Int, equals other: String) -> Bool {
        let node = nodes[index]
        guard node.isPlain else { return text(index) == other }
        let length = Int(node.end) - Int(node.start) - 2
        guard other.utf8.count == length else { return false }
        var place = Int(node.start) + 1
        for byte in other.utf8 {
            if bytes[place] != byte { return false }
            place += 1
        }
        return true
    }

    /// Line and column of a byte, both from 1.
    static func position(of offset: Int, in bytes: [UInt8]) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in bytes[..<min(offset, bytes.count)] {
            if byte == Byte.lineFeed {
                line += 1
                column = 1
            } else if byte & 0b1100_0000 != 0b1000_0000 {
                column += 1
            }
        }
        return (line, column)
    }

    /// The way to a node. In a text that is still being read, `target` is the node that comes next.
    static func path(to target: Int, nodes: [Node], bytes: [UInt8]) -> JSONPath {
        var path = JSONPath()
        var container = 0
        while container < target, container < nodes.count {
            guard let (step, child) = step(from: container, towards: target, nodes: nodes, bytes: bytes) else { break }
            path.steps.append(step)
            container = child
        }
        return path
    }

    private static func step(
        from container: Int, towards target: Int, nodes: [Node], bytes: [UInt8]
    ) -> (JSONPath.Step, child: Int)? {
        func holds(_ child: Int) -> Bool {
            child >= nodes.count || child == target || nodes[child].next == 0 || target < Int(nodes[child].next)
        }
        var child = container + 1
        switch nodes[container].kind {
        case .array:
            var index = 0
            while !holds(child) {
                child = Int(nodes[child].next)
                index += 1
            }
            return (.element(index), child)
        case .object:
            while child < nodes.count, child < target {
                let value = child + 1
                if holds(value) { return (.member(text(nodes[child], in: bytes)), value) }
                child = Int(nodes[value].next)
            }
            return nil
        default:
            return nil
        }
    }
}

/// The bytes that have a meaning in JSON.
enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let slash = UInt8(ascii: "/")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let dot = UInt8(ascii: ".")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
}
