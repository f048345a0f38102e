public import FoundationEssentials

extension UUID {
    /// A UUID of version 7 (RFC 9562 §5.7): 48 bits of milliseconds, 12 bits of the millisecond's fraction
    /// (§6.2, method 3), 62 random bits. A time before 1970 counts as 1970.
    static func version7(at now: Instant, using random: inout some RandomNumberGenerator) -> UUID {
        let microseconds = UInt64(clamping: now.microsecondsSince1970)
        let (milliseconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        let high = milliseconds << 16 | 0x7000 | (rest << 12) / 1_000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUID(high: high, low: low)
    }

    init(high: UInt64, low: UInt64) {
        func byte(_ word: UInt64, _ place: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> (56 - 8 * place)) }
        self.init(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }

    /// The halves, the first byte highest.
    var halves: (high: UInt64, low: UInt64) {
        func join(
            _ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8, _ g: UInt8, _ h: UInt8
        ) -> UInt64 {
            let left = UInt64(a) << 56 | UInt64(b) << 48 | UInt64(c) << 40 | UInt64(d) << 32
            let right = UInt64(e) << 24 | UInt64(f) << 16 | UInt64(g) << 8 | UInt64(h)
            return left | right
        }
        let b = uuid
        return (join(b.0, b.1, b.2, b.3, b.4, b.5, b.6, b.7), join(b.8, b.9, b.10, b.11, b.12, b.13, b.14, b.15))
    }

    /// Reads exactly the canonical form, in either case: no braces, no prefix, no missing hyphen.
    init?(canonical text: String) {
        var words: [UInt64] = [0, 0]
        var digits = 0
        var place = 0
        for byte in text.utf8 {
            if place == 8 || place == 13 || place == 18 || place == 23 {
                guard byte == 0x2D else { return nil }
            } else {
                guard digits < 32, let value = Hex.value(byte, allowingUpper: true) else { return nil }
                words[digits / 16] = words[digits / 16] << 4 | UInt64(value)
                digits += 1
            }
            place += 1
        }
        guard place == 36 else { return nil }
        self.init(high: words[0], low: words[1])
    }

    /// The canonical 36 characters in lower case.
    public var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

    var canonicalBytes: [UInt8] {
        let (high, low) = halves
        var text: [UInt8] = []
        text.reserveCapacity(36)
        Hex.append(high >> 32, digits: 8, to: &text)
        text.append(0x2D)
        Hex.append(high >> 16, digits: 4, to: &text)
        text.append(0x2D)
        Hex.append(high, digits: 4, to: &text)
        text.append(0x2D)
        Hex.append(low >> 48, digits: 4, to: &text)
        text.append(0x2D)
        Hex.append(low, digits: 12, to: &text)
        return text
    }
}
