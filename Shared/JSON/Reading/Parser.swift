/// Reads a text into nodes, in one pass, without a pointer: every index is checked.
struct Parser {
    let bytes: [UInt8]
    let limits: JSONLimits
    var offset = 0
    var nodes: [JSONDocument.Node] = []
    private var depth = 0

    static func parse(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> [JSONDocument.Node] {
        guard bytes.count <= limits.bytesMax else {
            throw JSONError(
                .tooLarge, line: 1, column: 1, path: JSONPath(), "a text of at most \(limits.bytesMax) bytes expected")
        }
        var parser = Parser(bytes: bytes, limits: limits)
        parser.nodes.reserveCapacity(bytes.count / 12 + 1)
        try parser.document()
        return parser.nodes
    }

    private init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func document() throws(JSONError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw failure(.syntax, "a byte order mark has no place here") }
        skipSpace()
        try value()
        skipSpace()
        guard offset == bytes.count else { throw failure(.syntax, "nothing may follow the value") }
    }

    private mutating func value() throws(JSONError) {
        guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends where a value is expected") }
        switch bytes[offset] {
        case Byte.quote: nodes.append(try string())
        case Byte.openBrace: try object()
        case Byte.openBracket: try array()
        case Byte.minus, Byte.zero...Byte.nine: nodes.append(try number())
        case UInt8(ascii: "t"): try word("true", .true)
        case UInt8(ascii: "f"): try word("false", .false)
        case UInt8(ascii: "n"): try word("null", .null)
        default: throw failure(.syntax, "a value expected")
        }
    }

    private mutating func object() throws(JSONError) {
        let node = try open(.object)
        skipSpace()
        var count: UInt64 = 0
        if try !take(Byte.closeBrace) {
            repeat {
                skipSpace()
                guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends within an object") }
                guard bytes[offset] == Byte.quote else { throw failure(.syntax, "a key in quotes expected") }
                nodes.append(try string())
                skipSpace()
                guard try take(Byte.colon) else { throw failure(.syntax, "a colon expected behind the key") }
                skipSpace()
                try value()
                count += 1
                skipSpace()
            } while try take(Byte.comma)
            guard try take(Byte.closeBrace) else { throw failure(.syntax, "a comma or } expected") }
        }
        close(node, count)
        try refuseDuplicateKeys(of: node, count: Int(count))
    }

    private mutating func array() throws(JSONError) {
        let node = try open(.array)
        skipSpace()
        var count: UInt64 = 0
        if try !take(Byte.closeBracket) {
            repeat {
                skipSpace()
                try value()
                count += 1
                skipSpace()
            } while try take(Byte.comma)
            guard try take(Byte.closeBracket) else { throw failure(.syntax, "a comma or ] expected") }
        }
        close(node, count)
    }

    private mutating func open(_ kind: JSONDocument.Kind) throws(JSONError) -> Int {
        guard depth < limits.depthMax else {
            throw failure(.tooDeep, "at most \(limits.depthMax) levels of objects and arrays expected")
        }
        depth += 1
        nodes.append(
            JSONDocument.Node(start: UInt32(offset), end: 0, next: 0, kind: kind, isPlain: false, bits: 0))
        offset += 1
        return nodes.count - 1
    }

    private mutating func close(_ node: Int, _ count: UInt64) {
        depth -= 1
        nodes[node].end = UInt32(offset)
        nodes[node].next = UInt32(nodes.count)
        nodes[node].bits = count
    }

    private mutating func word(_ word: StaticString, _ kind: JSONDocument.Kind) throws(JSONError) {
        let start = offset
        for byte in "\(word)".utf8 {
            guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends within \(word)") }
            guard bytes[offset] == byte else { throw failure(.syntax, at: start, "a value expected") }
            offset += 1
        }
        nodes.append(leaf(kind, from: start))
    }
}

extension Parser {
    mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case Byte.space, Byte.tab, Byte.lineFeed, Byte.carriageReturn: offset += 1
            default: return
            }
        }
    }

    /// Steps over the byte if it is the next one.
    mutating func take(_ byte: UInt8) throws(JSONError) -> Bool {
        guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends within an object or array") }
        guard bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// A node without children that ends here.
    func leaf(_ kind: JSONDocument.Kind, from start: Int, isPlain: Bool = false, bits: UInt64 = 0) -> JSONDocument.Node
    {
        JSONDocument.Node(
            start: UInt32(start), end: UInt32(offset), next: UInt32(nodes.count + 1), kind: kind, isPlain: isPlain,
            bits: bits)
    }

    func failure(_ kind: JSONError.Kind, at place: Int? = nil, _ message: String) -> JSONError {
        let (line, column) = JSONDocument.position(of: place ?? offset, in: bytes)
        let path = JSONDocument.path(to: nodes.count, nodes: nodes, bytes: bytes)
        return JSONError(kind, line: line, column: column, path: path, message)
    }

    /// A repeated key means two readers may see two different texts. Keys that `String` calls equal are the same key:
    /// every dictionary behind us would merge them.
    func refuseDuplicateKeys(of object: Int, count: Int) throws(JSONError) {
        guard count > 1, !hasFewDistinctPlainKeys(object, count) else { return }
        var seen = Set<String>(minimumCapacity: count)
        var key = object + 1
        for _ in 0..<count {
            let name = JSONDocument.text(nodes[key], in: bytes)
            guard seen.insert(name).inserted else {
                let (line, column) = JSONDocument.position(of: Int(nodes[key].start), in: bytes)
                let path = JSONDocument.path(to: object, nodes: nodes, bytes: bytes).appending(.member(name))
                throw JSONError(.duplicateKey, line: line, column: column, path: path, "the key is there twice")
            }
            key = Int(nodes[key + 1].next)
        }
    }

    /// The common case without a single text made: at most eight keys, all of them their own bytes, all different.
    private func hasFewDistinctPlainKeys(_ object: Int, _ count: Int) -> Bool {
        guard count <= 8 else { return false }
        var key = object + 1
        for _ in 0..<count {
            guard nodes[key].isPlain else { return false }
            var earlier = object + 1
            while earlier < key {
                if isSameText(nodes[earlier], nodes[key]) { return false }
                earlier = Int(nodes[earlier + 1].next)
            }
            key = Int(nodes[key + 1].next)
        }
        return true
    }

    private func isSameText(_ left: JSONDocument.Node, _ right: JSONDocument.Node) -> Bool {
        left.end - left.start == right.end - right.start
            && bytes[Int(left.start)..<Int(left.end)] == bytes[Int(right.start)..<Int(right.end)]
    }
}
