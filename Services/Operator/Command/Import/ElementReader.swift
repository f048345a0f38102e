internal import FilmClubModel

/// Finds the elements of an import file's lists, one after the other, without understanding them: it knows strings and
/// brackets only. Each element is then read strictly by itself. What stands between the elements it checks on its own.
struct ElementReader {
    /// One element of a list.
    struct Element: Sendable {
        let list: String
        /// In its list, from 0.
        let index: Int
        /// Where it begins.
        let place: TextPlace
        let bytes: [UInt8]
        /// `cutOff`: nothing behind it is read. `tooLarge`: it has more bytes than these.
        let ending: Ending

        var path: String { "\(list)[\(index)]" }
    }

    enum Ending: Sendable {
        case complete, cutOff, tooLarge
    }

    enum Found: Sendable {
        /// A list begins.
        case list(String)
        case element(Element)
        case fault(ImportFault)
    }

    /// An event has at most 256 KiB; white space and escapes may make four times as much of it.
    static let elementBytesMax = 1 << 20
    private static let keyBytesMax = 256
    private static let nullBytes = Array("null".utf8)

    private enum Position {
        case start, firstMember, behindMember
        case firstElement(String)
        case behindElement(String, next: Int)
        case end
    }

    private var cursor: TextCursor
    private var position = Position.start
    private var seen: Set<String> = []

    init(_ text: ImportText) { cursor = TextCursor(text) }

    /// What comes next; nil when the file is through, or cannot be read on.
    mutating func next() throws(FileError) -> Found? {
        while true {
            var found: Found?
            switch position {
            case .start: found = try start()
            case .firstMember: found = try take("}") ? try trailer() : try member()
            case .behindMember: found = try behindMember()
            case .firstElement(let list):
                if try take("]") { position = .behindMember } else { found = try element(of: list, 0) }
            case .behindElement(let list, let next): found = try behindElement(of: list, next)
            case .end: return nil
            }
            if let found { return found }
        }
    }

    // MARK: - Between the elements

    private mutating func start() throws(FileError) -> Found? {
        guard try cursor.peek() != 0xEF else { return stop("", "a byte order mark has no place here") }
        guard try take("{") else { return stop("", "an import file is an object") }
        position = .firstMember
        return nil
    }

    private mutating func behindMember() throws(FileError) -> Found? {
        if try take(",") { return try member() }
        return try take("}") ? try trailer() : stop("", "a comma or } expected")
    }

    private mutating func trailer() throws(FileError) -> Found? {
        guard try cursor.peekBehindSpace() == nil else { return stop("", "nothing may follow the value") }
        position = .end
        return nil
    }

    private mutating func member() throws(FileError) -> Found? {
        guard try cursor.peekBehindSpace() == UInt8(ascii: "\"") else { return stop("", "a key in quotes expected") }
        let keyPlace = cursor.place
        let (key, ending) = try value(bytesMax: Self.keyBytesMax)
        guard ending == .complete, try take(":") else { return stop("", "a colon expected behind the key") }
        let list = String(decoding: key.dropFirst().dropLast(), as: UTF8.self)
        guard ImportDocument.lists.contains(list) else {
            position = .behindMember
            _ = try cursor.peekBehindSpace()
            _ = try value(bytesMax: 0)
            let known = ImportDocument.lists.joined(separator: ", ")
            return .fault(ImportFault("", keyPlace, "there is no such list; known are \(known)"))
        }
        guard seen.insert(list).inserted else { return stop(list, "the key is there twice") }
        return try begin(list)
    }

    /// Behind the list's colon.
    private mutating func begin(_ list: String) throws(FileError) -> Found? {
        _ = try cursor.peekBehindSpace()
        let place = cursor.place
        if try take("[") {
            position = .firstElement(list)
            return .list(list)
        }
        position = .behindMember
        let (bytes, ending) = try value(bytesMax: Self.nullBytes.count)
        // As good as left out.
        if ending == .complete, bytes == Self.nullBytes { return nil }
        if ending == .cutOff || bytes.isEmpty { return stop(list, "a list expected") }
        return .fault(ImportFault(list, place, "a list expected"))
    }

    private mutating func behindElement(of list: String, _ next: Int) throws(FileError) -> Found? {
        if try take(",") { return try element(of: list, next) }
        guard try take("]") else { return stop(list, "a comma or ] expected") }
        position = .behindMember
        return nil
    }

    private mutating func element(of list: String, _ index: Int) throws(FileError) -> Found? {
        _ = try cursor.peekBehindSpace()
        let place = cursor.place
        let (bytes, ending) = try value(bytesMax: Self.elementBytesMax)
        position = ending == .cutOff || bytes.isEmpty ? .end : .behindElement(list, next: index + 1)
        return .element(Element(list: list, index: index, place: place, bytes: bytes, ending: ending))
    }

    /// Nothing behind this can be made sense of.
    private mutating func stop(_ path: String, _ message: String) -> Found {
        position = .end
        return .fault(ImportFault(path, cursor.place, message))
    }

    // MARK: - Bytes

    /// Steps over white space and the character, if it is the next one.
    private mutating func take(_ character: Unicode.Scalar) throws(FileError) -> Bool {
        guard let byte = try cursor.peekBehindSpace(), byte == UInt8(ascii: character) else { return false }
        cursor.step(over: byte)
        return true
    }

    /// The bytes of one value, at most `bytesMax` of them: up to its last bracket or quote, or to what ends a number or
    /// word. Empty where there is none.
    private mutating func value(bytesMax: Int) throws(FileError) -> ([UInt8], Ending) {
        var bytes: [UInt8] = []
        var depth = 0
        var string = StringState.outside
        var ending = Ending.complete
        while let byte = try cursor.peek() {
            var isLast = false
            if string == .outside {
                switch byte {
                case UInt8(ascii: "\""): string = .inside
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return (bytes, ending) }
                    depth -= 1
                    isLast = depth == 0
                case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
                    if depth == 0 { return (bytes, ending) }
                default: break
                }
            } else {
                string.step(over: byte)
                isLast = string == .outside && depth == 0
            }
            if bytes.count < bytesMax { bytes.append(byte) } else { ending = .tooLarge }
            cursor.step(over: byte)
            if isLast { return (bytes, ending) }
            // A line break in a string: its end quote is missing, and every quote from here on would be misread.
            if string == .broken { return (bytes, .cutOff) }
        }
        return (bytes, depth == 0 && string == .outside ? ending : .cutOff)
    }

    private enum StringState {
        case outside, inside, escaped, broken

        mutating func step(over byte: UInt8) {
            switch (self, byte) {
            case (.escaped, _): self = .inside
            case (_, UInt8(ascii: "\\")): self = .escaped
            case (_, UInt8(ascii: "\"")): self = .outside
            case (_, 0..<0x20): self = .broken
            default: break
            }
        }
    }
}

/// One thing that is wrong with an import file, and where.
struct ImportFault: Hashable, Sendable {
    /// `films[3].awards[0].body`; empty for the whole file.
    let path: String
    let place: TextPlace
    let message: String

    init(_ path: String, _ place: TextPlace, _ message: String) {
        self.path = path
        self.place = place
        self.message = message
    }

    /// `catalogue.json:14:9: films[0].slug: …`
    func line(in file: String) -> String {
        "\(file):\(place.line):\(place.column): \(path.isEmpty ? "" : "\(path): ")\(message)"
    }
}
