extension Instant {
    /// Reads an RFC 3339 date-time: `2026-01-05T10:30:00Z`, `2026-01-05T11:30:00.25+01:00`.
    ///
    /// Capital T and Z, an offset is a must, a fraction has one to nine digits (cut off below the microsecond).
    /// A leap second is refused: neither PostgreSQL's clock nor ours has one.
    public init(_ text: String) throws(InvalidValue) {
        var reader = DateTimeReader(bytes: Array(text.utf8), text: text)
        self = try reader.read()
    }

    /// In UTC with `Z`; a fraction, where there is one, has six digits.
    public var text: String { String(decoding: textBytes, as: UTF8.self) }

    var textBytes: [UInt8] {
        let day = Self.floorDivide(microsecondsSince1970, 86_400_000_000)
        let inDay = microsecondsSince1970 - day * 86_400_000_000
        let (year, month, dayOfMonth) = CivilDate.fromDays(day)
        let (seconds, fraction) = inDay.quotientAndRemainder(dividingBy: 1_000_000)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        func append(_ number: Int64, digits: Int) {
            var place = digits
            var power: Int64 = 1
            while place > 1 {
                power *= 10
                place -= 1
            }
            while power > 0 {
                bytes.append(0x30 + UInt8(truncatingIfNeeded: number / power % 10))
                power /= 10
            }
        }
        append(year, digits: 4)
        bytes.append(0x2D)
        append(month, digits: 2)
        bytes.append(0x2D)
        append(dayOfMonth, digits: 2)
        bytes.append(0x54)
        append(seconds / 3_600, digits: 2)
        bytes.append(0x3A)
        append(seconds / 60 % 60, digits: 2)
        bytes.append(0x3A)
        append(seconds % 60, digits: 2)
        if fraction != 0 {
            bytes.append(0x2E)
            append(fraction, digits: 6)
        }
        bytes.append(0x5A)
        return bytes
    }

    private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// Days of the proleptic Gregorian calendar and back (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
enum CivilDate {
    static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func fromDays(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    static func daysInMonth(year: Int64, month: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}

/// One pass over the text; every refusal names what was expected.
private struct DateTimeReader {
    let bytes: [UInt8]
    let text: String
    var place = 0

    init(bytes: [UInt8], text: String) {
        self.bytes = bytes
        self.text = text
    }

    mutating func read() throws(InvalidValue) -> Instant {
        let year = try number(4)
        try expect(0x2D)
        let month = try number(2)
        try expect(0x2D)
        let day = try number(2)
        try expect(0x54)
        let hour = try number(2)
        try expect(0x3A)
        let minute = try number(2)
        try expect(0x3A)
        let second = try number(2)
        if second == 60 { throw refusal("leap seconds are not counted here") }
        guard year >= 1, (1...12).contains(month), day >= 1, day <= CivilDate.daysInMonth(year: year, month: month)
        else { throw refusal("there is no such day") }
        guard hour < 24, minute < 60, second < 60 else { throw refusal("there is no such time of day") }
        let fraction = try fractionMicroseconds()
        let offset = try offsetMinutes()
        guard place == bytes.count else { throw refusal("something follows the offset") }
        let days = CivilDate.daysSince1970(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3_600 + (minute - offset) * 60 + second
        return try Instant(microsecondsSince1970: seconds * 1_000_000 + fraction)
    }

    private mutating func fractionMicroseconds() throws(InvalidValue) -> Int64 {
        guard place < bytes.count, bytes[place] == 0x2E else { return 0 }
        place += 1
        var microseconds: Int64 = 0
        var digits = 0
        while place < bytes.count, bytes[place].isASCIIDigit {
            if digits < 6 { microseconds = microseconds * 10 + Int64(bytes[place] - 0x30) }
            digits += 1
            place += 1
        }
        guard (1...9).contains(digits) else { throw refusal("a fraction has one to nine digits") }
        while digits < 6 {
            microseconds *= 10
            digits += 1
        }
        return microseconds
    }

    private mutating func offsetMinutes() throws(InvalidValue) -> Int64 {
        guard place < bytes.count else { throw refusal("the offset is missing") }
        let sign = bytes[place]
        place += 1
        if sign == 0x5A { return 0 }
        guard sign == 0x2B || sign == 0x2D else { throw refusal("the offset is Z, +hh:mm or -hh:mm") }
        let hours = try number(2)
        try expect(0x3A)
        let minutes = try number(2)
        guard hours < 24, minutes < 60 else { throw refusal("there is no such offset") }
        return (sign == 0x2B ? 1 : -1) * (hours * 60 + minutes)
    }

    private mutating func number(_ digits: Int) throws(InvalidValue) -> Int64 {
        guard place + digits <= bytes.count else { throw refusal("it is too short") }
        var value: Int64 = 0
        for byte in bytes[place..<place + digits] {
            guard byte.isASCIIDigit else { throw refusal("character \(place + 1) begins no \(digits)-digit number") }
            value = value * 10 + Int64(byte - 0x30)
        }
        place += digits
        return value
    }

    private mutating func expect(_ byte: UInt8) throws(InvalidValue) {
        guard place < bytes.count, bytes[place] == byte else {
            throw refusal("character \(place + 1) should be “\(Character(UnicodeScalar(byte)))”")
        }
        place += 1
    }

    private func refusal(_ reason: String) -> InvalidValue {
        InvalidValue("\(InvalidValue.quoted(text)) is no RFC 3339 date and time: \(reason).")
    }
}
