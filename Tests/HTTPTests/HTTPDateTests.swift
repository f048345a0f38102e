import Testing

@testable import HTTPServer

@Suite("HTTP date")
struct HTTPDateTests {
    @Test("A time is written as RFC 9110 prefers it")
    func writes() {
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(HTTPDate.text(.max) == nil)
        #expect(HTTPDate.text(.min) == nil)
    }

    @Test("All three forms are read, what is none of them is not")
    func reads() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        ] {
            #expect(HTTPDate.seconds(of: text) == 784_111_777)
        }
        for text in [
            "", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Now 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov -994 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
            "784111777", "Sun Nov  6 08:49:37 94",
        ] {
            #expect(HTTPDate.seconds(of: text) == nil, "\(text)")
        }
    }

    @Test("Two digits of a year are never more than fifty years ahead")
    func shortYears() throws {
        let ahead = try #require(HTTPDate.seconds(of: "Sunday, 06-Nov-27 08:49:37 GMT"))
        #expect(HTTPDate.text(ahead)?.contains("2027") == true)
        let past = try #require(HTTPDate.seconds(of: "Sunday, 06-Nov-98 08:49:37 GMT"))
        #expect(HTTPDate.text(past)?.contains("1998") == true)
    }
}
