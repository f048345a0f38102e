/// The text of a cue: WebVTT's tags (W3C WebVTT §4.2.2) must be known, nested and closed. A player drops what it does not
/// understand, silently and with the words inside, so a wrong tag is refused here.
struct CueText {
    private static let tags: Set<String> = ["b", "c", "i", "lang", "rt", "ruby", "u", "v"]

    private var open: [String] = []
    private let start: CueTime
    private let end: CueTime

    /// Checks `lines` and joins them.
    static func check(_ lines: some Collection<SubtitleLine>, from start: CueTime, to end: CueTime)
        throws(SubtitleError) -> String
    {
        var text = CueText(start: start, end: end)
        var bytes: [UInt8] = []
        var lastLine = 0
        for line in lines {
            guard !line.hasArrow else { throw SubtitleError(line: line.number, .arrowInText) }
            try text.read(line)
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
            bytes.append(contentsOf: line.bytes)
            guard bytes.count <= SubtitleLimits.cueBytesMax else { throw SubtitleError(line: line.number, .cueTooLong) }
            lastLine = line.number
        }
        // A voice that speaks the whole cue need not be closed.
        guard text.open.isEmpty || text.open == ["v"] else { throw SubtitleError(line: lastLine, .tagNotClosed) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private init(start: CueTime, end: CueTime) {
        self.start = start
        self.end = end
    }

    private mutating func read(_ line: SubtitleLine) throws(SubtitleError) {
        var rest = line.bytes
        while let opening = rest.firstIndex(of: UInt8(ascii: "<")) {
            rest = rest[(opening + 1)...]
            guard let closing = rest.firstIndex(of: UInt8(ascii: ">")) else {
                throw SubtitleError(line: line.number, .tagNotClosed)
            }
            guard try accept(rest[..<closing], line.number) else { throw SubtitleError(line: line.number, .badTag) }
            rest = rest[(closing + 1)...]
        }
    }

    private mutating func accept(_ tag: ArraySlice<UInt8>, _ line: Int) throws(SubtitleError) -> Bool {
        guard let first = tag.first else { return false }
        if isDigit(first) {
            var cursor = TimingCursor(rest: tag)
            guard let time = try cursor.time(.webVTT, line), cursor.rest.isEmpty else { return false }
            return time > start && time < end
        }
        if first == UInt8(ascii: "/") {
            let name = String(decoding: tag.dropFirst(), as: UTF8.self)
            if name == "ruby", open.last == "rt" { open.removeLast() }
            return open.popLast() == name
        }
        let name = String(decoding: tag.prefix { $0 != UInt8(ascii: ".") && !isSpace($0) }, as: UTF8.self)
        guard Self.tags.contains(name), open.count < SubtitleLimits.tagDepthMax else { return false }
        open.append(name)
        return true
    }
}
