extension Parser {
    /// Steps over a string, its quotes included, and checks all of it.
    mutating func string() throws(JSONError) -> JSONDocument.Node {
        let start = offset
        var isPlain = true
        offset += 1
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case Byte.quote:
                offset += 1
                return leaf(.string, from: start, isPlain: isPlain)
            case Byte.backslash:
                isPlain = false
                try escape()
            case 0:
                throw failure(.nulCharacter, "U+0000 has no place in a text")
            case 0x01..<0x20:
                throw failure(.syntax, "a control character must be escaped")
            case 0x20..<0x80:
                offset += 1
            default:
                isPlain = false
                try multiByteCharacter(first: byte)
            }
        }
        throw failure(.unexpectedEnd, "the text ends within a string")
    }

    private mutating func escape() throws(JSONError) {
        let start = offset
        offset += 1
        guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends within a string") }
        switch bytes[offset] {
        case Byte.quote, Byte.backslash, Byte.slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        case UInt8(ascii: "u"):
            try unicodeEscape(from: start)
        default:
            throw failure(.syntax, at: start, "an unknown escape")
        }
    }

    /// `\uXXXX`, or two of them that are a surrogate pair.
    private mutating func unicodeEscape(from start: Int) throws(JSONError) {
        let first = try hexDigits(from: start)
        switch first {
        case 0:
            throw failure(.nulCharacter, at: start, "U+0000 has no place in a text")
        case 0xD800..<0xDC00:
            guard offset + 1 < bytes.count, bytes[offset] == Byte.backslash, bytes[offset + 1] == UInt8(ascii: "u")
            else {
                throw failure(.loneSurrogate, at: start, "a surrogate without its other half")
            }
            offset += 1
            guard case 0xDC00..<0xE000 = try hexDigits(from: start) else {
                throw failure(.loneSurrogate, at: start, "a surrogate without its other half")
            }
        case 0xDC00..<0xE000:
            throw failure(.loneSurrogate, at: start, "a surrogate without its other half")
        default:
            break
        }
    }

    /// Stands on the `u`; steps over it and the four digits behind it.
    private mutating func hexDigits(from start: Int) throws(JSONError) -> UInt32 {
        offset += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends within a string") }
            guard let digit = hexDigit(bytes[offset]) else {
                throw failure(.syntax, at: start, "four hexadecimal digits expected behind \\u")
            }
            value = value << 4 | digit
            offset += 1
        }
        return value
    }

    /// The Unicode standard's table 3-7: the only well-formed sequences; no overlong form, no surrogate.
    private mutating func multiByteCharacter(first: UInt8) throws(JSONError) {
        let second: ClosedRange<UInt8>
        let length: Int
        switch first {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw failure(.invalidUTF8, "not UTF-8")
        }
        guard offset + length <= bytes.count, second.contains(bytes[offset + 1]),
            bytes[offset + 2..<offset + length].allSatisfy({ (0x80...0xBF).contains($0) })
        else { throw failure(.invalidUTF8, "not UTF-8") }
        offset += length
    }
}

func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}

extension JSONDocument {
    /// Resolves the escapes of a string's content that the parser has checked.
    static func unescaped(_ content: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(content.count)
        var place = content.startIndex
        while place < content.endIndex {
            guard content[place] == Byte.backslash else {
                text.append(content[place])
                place += 1
                continue
            }
            let letter = content[place + 1]
            guard letter == UInt8(ascii: "u") else {
                text.append(simpleEscape(letter))
                place += 2
                continue
            }
            var scalar = hexValue(content[place + 2..<place + 6])
            place += 6
            if (0xD800..<0xDC00).contains(scalar) {
                scalar = 0x10000 + (scalar - 0xD800) << 10 + hexValue(content[place + 2..<place + 6]) - 0xDC00
                place += 6
            }
            text.append(
                contentsOf: UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func simpleEscape(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    private static func hexValue(_ digits: ArraySlice<UInt8>) -> UInt32 {
        digits.reduce(0) { $0 << 4 | (hexDigit($1) ?? 0) }
    }
}
