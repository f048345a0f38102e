public import FilmClubModel

/// A day of the calendar as invoices are dated, in UTC: `2026-11-24`.
public struct CalendarDay: TextValue, Comparable {
    /// Counted from 1970-01-01.
    public let daysSince1970: Int32

    /// Within the years 1 to 9999.
    private static let range: ClosedRange<Int32> = -719_162...2_932_896
    private static let microsecondsADay: Int64 = 86_400_000_000

    /// The nearest day there is.
    public init(clamping days: Int64) {
        daysSince1970 = Int32(clamping: min(max(days, Int64(Self.range.lowerBound)), Int64(Self.range.upperBound)))
    }

    /// The day in UTC on which it happens.
    public init(of instant: Instant) {
        let (days, rest) = instant.microsecondsSince1970.quotientAndRemainder(dividingBy: Self.microsecondsADay)
        self.init(clamping: rest < 0 ? days - 1 : days)
    }

    public init(_ text: String) throws(InvalidValue) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        if parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2], (1...9_999).contains(year),
            (1...12).contains(month), (1...31).contains(day)
        {
            self.init(clamping: Self.days(year, month, day))
            if self.text == text { return }
        }
        throw InvalidValue("“\(text.prefix(20))” is no day of the calendar such as 2026-11-24.")
    }

    public var text: String { String(startOfDay.text.prefix(10)) }

    /// `2026`.
    public var year: String { String(text.prefix(4)) }

    public func adding(days: Int) -> CalendarDay { CalendarDay(clamping: Int64(daysSince1970) + Int64(days)) }

    public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.daysSince1970 < right.daysSince1970 }

    private var startOfDay: Instant { Instant(clamping: Int64(daysSince1970) * Self.microsecondsADay) }

    /// In the Gregorian calendar, by years that begin in March, so that a leap day is a year's last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468
    }
}
