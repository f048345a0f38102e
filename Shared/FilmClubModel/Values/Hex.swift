/// Hexadecimal digits, as ids and trace contexts write them (lower case).
enum Hex {
    /// The value of one digit, or nil.
    static func value(_ digit: UInt8, allowingUpper: Bool) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        case 0x41...0x46 where allowingUpper: digit - 0x41 + 10
        default: nil
        }
    }

    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 + value - 10
    }

    /// Appends `value` as exactly `digits` digits.
    static func append(_ value: UInt64, digits: Int, to text: inout [UInt8]) {
        for place in stride(from: (digits - 1) * 4, through: 0, by: -4) {
            text.append(digit(UInt8(truncatingIfNeeded: value >> UInt64(place)) & 0xF))
        }
    }

    /// Reads up to 16 lower-case digits, or nil when one is none.
    static func number(_ digits: some Collection<UInt8>) -> UInt64? {
        guard digits.count <= 16 else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            guard let value = value(byte, allowingUpper: false) else { return nil }
            number = number << 4 | UInt64(value)
        }
        return number
    }
}
