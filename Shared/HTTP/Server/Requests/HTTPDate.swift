internal import Glibc

/// `HTTP-date` (RFC 9110 §5.6.7), as whole seconds since 1970, UTC.
enum HTTPDate {
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`; nil for a time that has no such form.
    static func text(_ seconds: Int64) -> String? {
        var time = time_t(seconds)
        var parts = unsafe tm()
        guard unsafe gmtime_r(&time, &parts) != nil else { return nil }
        let year = unsafe Int(parts.tm_year) + 1_900
        guard (1_000...9_999).contains(year) else { return nil }
        let (weekday, month) = unsafe (weekdays[Int(parts.tm_wday)], months[Int(parts.tm_mon)])
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits).joined(separator: ":")
        return "\(weekday), \(unsafe twoDigits(parts.tm_mday)) \(month) \(year) \(clock) GMT"
    }

    /// Reads the form above and the two obsolete ones that a recipient must know too:
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
    static func seconds(of text: String) -> Int64? {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
        if words.count == 6, words[5] == "GMT" {
            return seconds(year: year(words[3]), month: words[2], day: words[1], clock: words[4])
        }
        guard words.count == 5, words[4].utf8.count == 4 else { return nil }
        return seconds(year: number(words[4]), month: words[1], day: words[2], clock: words[3])
    }

    private static func seconds(year: Int?, month: Substring, day: Substring, clock: Substring) -> Int64? {
        let time = clock.split(separator: ":", omittingEmptySubsequences: false).map(number)
        guard let year, let month = months.firstIndex(of: String(month)), let day = number(day), time.count == 3,
            let hour = time[0], let minute = time[1], let second = time[2],
            (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var parts = unsafe tm()
        unsafe parts.tm_year = Int32(year - 1_900)
        unsafe parts.tm_mon = Int32(month)
        unsafe parts.tm_mday = Int32(day)
        unsafe parts.tm_hour = Int32(hour)
        unsafe parts.tm_min = Int32(minute)
        unsafe parts.tm_sec = Int32(second)
        return unsafe Int64(timegm(&parts))
    }

    /// Two digits are the latest such year that is no more than 50 years ahead.
    private static func year(_ text: Substring) -> Int? {
        guard let year = number(text) else { return nil }
        guard text.utf8.count == 2 else { return text.utf8.count == 4 ? year : nil }
        let now = Int(Glibc.time(nil)) / 31_556_952 + 1_970
        let thisCentury = now / 100 * 100 + year
        return thisCentury > now + 50 ? thisCentury - 100 : thisCentury
    }

    private static func number(_ text: Substring) -> Int? {
        guard text.utf8.count <= 4 else { return nil }
        return ASCII.decimal(text.utf8).map { Int($0) }
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
