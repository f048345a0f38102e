import CatalogDomain
import FilmClubModel
import FoundationEssentials
import Testing

@Suite("Listing")
struct ListingTests {
    @Test("A cursor comes back as it was, whatever the title")
    func cursorRoundTrip() throws {
        for sortKey in ["", "a", "madres paralelas", "東京物語", "\u{93E}a", String(repeating: "ñandú ", count: 100)] {
            for _ in 0..<20 {
                let cursor = ListingCursor<FilmTag>(sortKey: sortKey, id: .generate(now: .now()))
                let read = try #require(ListingCursor<FilmTag>(cursor.text(in: "list"), in: "list"))
                #expect(Array(read.sortKey.utf8) == Array(sortKey.utf8))
                #expect(read.id == cursor.id)
                #expect(cursor.text(in: "list").utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "+") })
            }
        }
    }

    @Test("Anything but the one text of a cursor is refused")
    func strict() throws {
        let text = ListingCursor<FilmTag>(sortKey: "ab", id: .generate(now: .now())).text(in: "")
        func encoded(_ content: String) -> String {
            String(Data(content.utf8).base64EncodedString().filter { $0 != "=" })
        }
        let id = FilmID.generate(now: .now()).text
        let wrong = [
            "", "1", "x", text + "=", text + "A", String(text.dropLast()), " " + text, text + "\n", text.uppercased(),
            encoded("2\(id)ab"), encoded("1\(id.uppercased())ab"), encoded("1\(id.dropLast())"),
            encoded("1\(id)a\u{0}b"), String(repeating: "A", count: 5_000), "é", "////", "%00",
        ]
        for other in wrong where other != text {
            #expect(ListingCursor<FilmTag>(other, in: "") == nil, "\(other)")
        }
        // The last character carries two bits that mean nothing: of its four spellings one is read.
        let spellings = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".filter {
            ListingCursor<FilmTag>(text.dropLast() + String($0), in: "")?.sortKey == "ab"
        }
        #expect(spellings.count == 1)
    }

    @Test("A cursor goes on with its own list and no other; those of an older build go on with the whole list")
    func lists() throws {
        let cursor = ListingCursor<FilmTag>(sortKey: "volver", id: .generate(now: .now()))
        for (list, other) in [("", "words a"), ("words a", ""), ("country ES", "country FR"), ("a\nb", "a\nc")] {
            #expect(ListingCursor(cursor.text(in: list), in: list) == cursor)
            #expect(ListingCursor<FilmTag>(cursor.text(in: list), in: other) == nil)
        }
        let older = String(Data("1\(cursor.id)volver".utf8).base64EncodedString().filter { $0 != "=" })
        #expect(ListingCursor(older, in: "") == cursor)
        #expect(ListingCursor<FilmTag>(older, in: "words a") == nil)
    }

    @Test(
        "A limit is a plain number from 1 to 100",
        arguments: [
            ("1", 1), ("25", 25), ("100", 100), ("007", 7), ("0", nil), ("101", nil), ("-1", nil), ("+5", nil),
            ("", nil), (" 5", nil), ("5.0", nil), ("1e1", nil), ("٣", nil), ("99999999999999999999", nil),
        ])
    func limits(text: String, expected: Int?) {
        #expect(ListingLimits.items(text) == expected)
    }
}
