extension Parser {
    /// Without fraction and exponent an `Int64`, else a `Double`; what neither holds is refused, never rounded to
    /// infinity or to zero.
    mutating func number() throws(JSONError) -> JSONDocument.Node {
        let start = offset
        let isNegative = bytes[offset] == Byte.minus
        if isNegative { offset += 1 }
        let firstDigit = offset
        try digits(from: start)
        if bytes[firstDigit] == Byte.zero, offset - firstDigit > 1 {
            throw failure(.syntax, at: start, "a number must not begin with a zero")
        }
        let integerEnd = offset
        try fractionAndExponent(from: start)
        guard offset - start <= limits.numberBytesMax else {
            throw failure(
                .numberOutOfRange, at: start, "a number of at most \(limits.numberBytesMax) characters expected")
        }
        if offset == integerEnd {
            return leaf(
                .integer, from: start, bits: UInt64(bitPattern: try integer(from: start, firstDigit, isNegative)))
        }
        return leaf(.double, from: start, bits: try double(from: start).bitPattern)
    }

    private mutating func fractionAndExponent(from start: Int) throws(JSONError) {
        if offset < bytes.count, bytes[offset] == Byte.dot {
            offset += 1
            try digits(from: start)
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            offset += 1
            if offset < bytes.count, bytes[offset] == Byte.plus || bytes[offset] == Byte.minus { offset += 1 }
            try digits(from: start)
        }
    }

    /// At least one digit.
    private mutating func digits(from start: Int) throws(JSONError) {
        guard offset < bytes.count else { throw failure(.unexpectedEnd, "the text ends within a number") }
        guard isDigit(bytes[offset]) else { throw failure(.syntax, at: start, "a number lacks a digit") }
        while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
    }

    private func integer(from start: Int, _ firstDigit: Int, _ isNegative: Bool) throws(JSONError) -> Int64 {
        var value: Int64 = 0
        for byte in bytes[firstDigit..<offset] {
            let digit = Int64(byte - Byte.zero)
            let (tens, tooLong) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) =
                isNegative
                ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !tooLong, !tooMuch else {
                throw failure(.numberOutOfRange, at: start, "an integer of at most 64 bits expected")
            }
            value = sum
        }
        return value
    }

    private func double(from start: Int) throws(JSONError) -> Double {
        let text = bytes[start..<offset]
        let value = Double(String(decoding: text, as: UTF8.self)) ?? .infinity
        let mantissa = text.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        let isZero = mantissa.allSatisfy { $0 <= Byte.zero }
        guard value.isFinite, value != 0 || isZero else {
            throw failure(.numberOutOfRange, at: start, "a number that a double can hold expected")
        }
        return value
    }

    private func isDigit(_ byte: UInt8) -> Bool { (Byte.zero...Byte.nine).contains(byte) }
}
