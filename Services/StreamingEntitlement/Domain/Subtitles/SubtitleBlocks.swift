/// A line of a subtitle file without its end. Bytes, not characters: a combining accent at the beginning of a line must
/// not melt into the line end before it, nor into an arrow.
struct SubtitleLine {
    let number: Int
    let bytes: ArraySlice<UInt8>

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var hasArrow: Bool { bytes.contains(sequence: "-->".utf8) }

    /// Is this line `keyword` alone, or followed by a space or tab?
    func begins(with keyword: String) -> Bool {
        let word = keyword.utf8
        guard bytes.starts(with: word) else { return false }
        return bytes.count == word.count || isSpace(bytes[bytes.startIndex + word.count])
    }
}

/// What SubRip and WebVTT share: a file is a list of blocks, blocks are lines that are not empty.
struct SubtitleBlocks {
    /// The lines of each block, at least one a block.
    private(set) var blocks: [ArraySlice<SubtitleLine>] = []
    let lastLine: Int

    /// Checks size, UTF-8, control characters and line lengths. Line ends are LF, CR LF or CR; a byte order mark goes.
    init(_ bytes: [UInt8]) throws(SubtitleError) {
        guard bytes.count <= SubtitleLimits.bytesMax else { throw SubtitleError(line: 1, .fileTooLarge) }
        let lines = try Self.lines(bytes)
        lastLine = lines.count
        var begin = 0
        for (index, line) in lines.enumerated() where line.bytes.isEmpty {
            if begin < index { blocks.append(lines[begin..<index]) }
            begin = index + 1
        }
        if begin < lines.count { blocks.append(lines[begin...]) }
    }

    private static func lines(_ bytes: [UInt8]) throws(SubtitleError) -> [SubtitleLine] {
        var lines: [SubtitleLine] = []
        var begin = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var index = begin
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                lines.append(try checked(bytes[begin..<index], number: lines.count + 1))
                if byte == UInt8(ascii: "\r"), index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\n") {
                    index += 1
                }
                begin = index + 1
            }
            index += 1
        }
        lines.append(try checked(bytes[begin...], number: lines.count + 1))
        return lines
    }

    private static func checked(_ bytes: ArraySlice<UInt8>, number: Int) throws(SubtitleError) -> SubtitleLine {
        guard number <= SubtitleLimits.linesMax else { throw SubtitleError(line: number, .tooManyLines) }
        guard bytes.count <= SubtitleLimits.lineBytesMax else { throw SubtitleError(line: number, .lineTooLong) }
        // A line end never lies inside a character, so a line is UTF-8 exactly if the file is.
        guard String(validating: bytes, as: UTF8.self) != nil else { throw SubtitleError(line: number, .invalidUTF8) }
        guard !bytes.contains(where: { ($0 < 0x20 && $0 != UInt8(ascii: "\t")) || $0 == 0x7F }) else {
            throw SubtitleError(line: number, .controlCharacter)
        }
        return SubtitleLine(number: number, bytes: bytes)
    }
}

func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

extension ArraySlice<UInt8> {
    /// Does `sequence` stand anywhere in these bytes?
    func contains(sequence: some Collection<UInt8>) -> Bool {
        guard let first = sequence.first else { return true }
        return indices.contains { self[$0] == first && self[$0...].starts(with: sequence) }
    }
}
