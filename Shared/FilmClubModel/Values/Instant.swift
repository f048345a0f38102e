import FoundationEssentials

/// A point in time: microseconds since 1970 in UTC, within the years 1 to 9999, without leap seconds.
///
/// That is PostgreSQL's `timestamptz` to the last digit, and every instant has an RFC 3339 text.
public struct Instant: TextValue, Comparable {
    public let microsecondsSince1970: Int64

    /// 0001-01-01T00:00:00Z.
    public static let earliest = Instant(unchecked: -62_135_596_800_000_000)
    /// 9999-12-31T23:59:59.999999Z.
    public static let latest = Instant(unchecked: 253_402_300_799_999_999)

    private init(unchecked microseconds: Int64) {
        microsecondsSince1970 = microseconds
    }

    public init(microsecondsSince1970 microseconds: Int64) throws(InvalidValue) {
        guard (Self.earliest.microsecondsSince1970...Self.latest.microsecondsSince1970).contains(microseconds) else {
            throw InvalidValue("\(microseconds) µs since 1970 is outside the years 1 to 9999.")
        }
        microsecondsSince1970 = microseconds
    }

    /// The nearest instant there is: for the results of arithmetic on times, which must never end the process.
    public init(clamping microseconds: Int64) {
        let range = Self.earliest.microsecondsSince1970...Self.latest.microsecondsSince1970
        microsecondsSince1970 = min(max(microseconds, range.lowerBound), range.upperBound)
    }

    /// The wall clock. Only composition roots read it; what decides is handed its time.
    public static func now() -> Instant {
        Instant(clamping: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }

    /// Whole seconds since 1970, rounded down.
    public var secondsSince1970: Int64 {
        let (quotient, remainder) = microsecondsSince1970.quotientAndRemainder(dividingBy: 1_000_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Whole milliseconds since 1970, rounded down: Kafka's unit.
    public var millisecondsSince1970: Int64 {
        let (quotient, remainder) = microsecondsSince1970.quotientAndRemainder(dividingBy: 1_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    public static func < (left: Instant, right: Instant) -> Bool {
        left.microsecondsSince1970 < right.microsecondsSince1970
    }

    /// Later by `duration` (below a microsecond is cut off); stops at the edges of time.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.microsecondsSince1970.addingReportingOverflow(duration.wholeMicroseconds)
        guard overflow else { return Instant(clamping: sum) }
        return duration < .zero ? .earliest : .latest
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        instant + (.zero - duration)
    }

    /// How much later `left` is than `right`.
    public static func - (left: Instant, right: Instant) -> Duration {
        .microseconds(left.microsecondsSince1970 - right.microsecondsSince1970)
    }
}

extension Duration {
    /// Microseconds, cut off below, held within Int64.
    var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
}
