extension CueTrack {
    /// Reads a SubRip file: blocks of number, timing and text.
    ///
    /// The numbers must be numbers and are otherwise ignored: editors leave gaps. Of the markup that players know, `<b>`,
    /// `<i>`, `<u>` and a leading `{\an1}`…`{\an9}` (a place on the screen) become WebVTT's; `<font …>` is dropped; any
    /// other `<` and every `&` is text and is escaped.
    public init(subRip bytes: [UInt8]) throws(SubtitleError) {
        let file = try SubtitleBlocks(bytes)
        var sequence = CueSequence()
        for block in file.blocks {
            guard let number = block.first else { continue }
            guard number.bytes.allSatisfy(isDigit) else { throw SubtitleError(line: number.number, .missingCueNumber) }
            guard let timingLine = block.dropFirst().first, timingLine.hasArrow else {
                throw SubtitleError(line: number.number + 1, .missingTiming)
            }
            let timing = try CueTiming(timingLine, format: .subRip)
            var lines = Array(block.dropFirst(2))
            guard let first = lines.first else { throw SubtitleError(line: timingLine.number, .emptyCue) }
            var settings = ""
            if let (placed, rest) = SubRipText.place(first) {
                settings = placed
                lines[0] = rest
            }
            // A line may be nothing but markup; left empty it would end the cue in WebVTT.
            let converted = try lines.map { line throws(SubtitleError) in try SubRipText.webVTT(line) }
            let text = try CueText.check(
                converted.filter { !$0.bytes.isEmpty }, from: timing.start, to: timing.end)
            guard !text.isEmpty else { throw SubtitleError(line: timingLine.number, .emptyCue) }
            try sequence.append(
                Cue(start: timing.start, end: timing.end, settings: settings, text: text), line: timingLine.number)
        }
        self = try sequence.track(definitions: [], lastLine: file.lastLine)
    }
}

/// SubRip's text as WebVTT's.
private enum SubRipText {
    /// `{\an8}` at the beginning of a cue as WebVTT settings, numbered like a keypad: 7 8 9 at the top, 1 2 3 at the foot.
    static func place(_ line: SubtitleLine) -> (settings: String, rest: SubtitleLine)? {
        let bytes = line.bytes
        guard bytes.starts(with: "{\\an".utf8), bytes.count >= 6 else { return nil }
        let digit = bytes[bytes.startIndex + 4]
        guard (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(digit),
            bytes[bytes.startIndex + 5] == UInt8(ascii: "}")
        else { return nil }
        let key = Int(digit - UInt8(ascii: "1"))
        let settings = [["", "line:50%", "line:0"][key / 3], ["align:left", "", "align:right"][key % 3]]
        return (
            settings.filter { !$0.isEmpty }.joined(separator: " "),
            SubtitleLine(number: line.number, bytes: bytes.dropFirst(6))
        )
    }

    static func webVTT(_ line: SubtitleLine) throws(SubtitleError) -> SubtitleLine {
        guard !line.bytes.contains(sequence: "{\\".utf8) else { throw SubtitleError(line: line.number, .badOverride) }
        guard !line.hasArrow else { throw SubtitleError(line: line.number, .arrowInText) }
        var text: [UInt8] = []
        var rest = line.bytes
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "&"):
                text += Array("&amp;".utf8)
            case UInt8(ascii: "<"):
                if let closing = rest.firstIndex(of: UInt8(ascii: ">")), let tag = tag(rest[..<closing]) {
                    text += tag
                    rest = rest[(closing + 1)...]
                } else {
                    text += Array("&lt;".utf8)
                }
            default:
                text.append(byte)
            }
        }
        return SubtitleLine(number: line.number, bytes: text[...])
    }

    /// The WebVTT tag for what stands between `<` and `>`; empty for a font; nil if it is no tag.
    private static func tag(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let name = String(decoding: bytes, as: UTF8.self).lowercased()
        return switch name {
        case "b", "i", "u", "/b", "/i", "/u": Array("<\(name)>".utf8)
        case "/font": []
        default: name.hasPrefix("font ") ? [] : nil
        }
    }
}
