import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("The history of orders")
struct OrderListTests {
    @Test("An institution sees its orders page by page, the latest first, each once, whatever is ordered meanwhile")
    func pages() async throws {
        try await Till.with { till in
            var placed: [String] = []
            for _ in 0..<5 { placed.append(try await FulfilmentTests.placed(till).id.text) }
            var seen: [String] = []
            var next: String? = ""
            while let cursor = next {
                let page = try await till.history("limit=2\(cursor.isEmpty ? "" : "&cursor=\(cursor)")")
                #expect(page.status == 200)
                seen += page.texts("orders", "id")
                next = page.json["next"]?.stringValue
                _ = try await FulfilmentTests.placed(till)
            }
            #expect(seen == placed.reversed())
        }
    }

    @Test("Filters find what they say")
    func filters() async throws {
        try await Till.with { till in
            let odd = "“50%” _'; \u{202E}PO\u{202C} 🎬"
            let first = try #require(
                try await till.order(till.house.request()) {
                    $0["payment"] = ["method": "purchase_order", "purchaseOrderNumber": .string(odd)]
                }.orderID)
            let (second, confirmed) = try await FulfilmentTests.placed(till)
            try await till.apply([try till.granted(confirmed)])
            _ = try await till.pool.query(
                "UPDATE orders SET placed_at = '2026-01-02T00:00:00Z' WHERE id = \(first)")
            let number = try #require(try await till.state(of: second)["number"]?.stringValue)
            let cases: [(String, [OrderID])] = [
                ("state=confirmed", [first]), ("state=fulfilled", [second]), ("state=cancelled", []),
                ("number=\(number)", [second]), ("number=\(number)0", []),
                ("purchaseOrderNumber=\(Self.escaped(odd))", [first]), ("purchaseOrderNumber=PO-2026-17", [second]),
                ("purchaseOrderNumber=%25", []), ("placedTo=2026-01-02T00:00:00Z", []),
                ("placedFrom=2026-01-02T00:00:00Z&placedTo=2026-01-02T00:00:01Z", [first]),
                ("placedFrom=2026-01-03T00:00:00Z", [second]),
                ("programmeId=\(till.house.programme.id)", [second, first]),
                ("programmeId=\(ProgrammeID.generate(now: .now()))&state=confirmed", []),
            ]
            for (query, expected) in cases {
                let page = try await till.history(query)
                #expect(page.texts("orders", "id") == expected.map(\.text), "\(query)")
            }
            let fulfilled = try await till.history("state=fulfilled").json["orders"]?.arrayValue?.first
            let href = try #require(fulfilled?["invoiceHref"]?.stringValue)
            #expect(try await till.send("GET", href, as: [.operator]).status == 200)
        }
    }

    @Test("Another institution's orders are not in the list, by no filter, and an operator sees them all")
    func others() async throws {
        try await Till.with { till in
            let (id, _) = try await FulfilmentTests.placed(till)
            let number = try #require(try await till.state(of: id)["number"]?.stringValue)
            let stranger = InstitutionID.generate(now: .now())
            for query in ["", "number=\(number)", "institutionId=\(till.house.school.id)"] {
                #expect(try await till.history(query, of: stranger).json["orders"] == [])
                let all = try await till.send("GET", "/v1/orders?\(query)", as: [.operator])
                #expect(all.texts("orders", "id") == [id.text])
            }
            #expect(try await till.send("GET", "/v1/orders", as: [.viewer], of: stranger).problem == "forbidden")
            #expect(try await till.send("GET", "/v1/orders", as: [.purchaser]).problem == "forbidden")
        }
    }

    @Test("A cursor that was edited, or is another list's, is refused, and so is a filter that cannot be read")
    func refused() async throws {
        try await Till.with { till in
            for _ in 0..<2 { _ = try await FulfilmentTests.placed(till) }
            let cursor = try #require(try await till.history("limit=1").json["next"]?.stringValue)
            #expect(try await till.history("cursor=\(cursor)").status == 200)
            let edited = String(cursor.reversed())
            for query in [
                "cursor=\(edited)", "cursor=\(cursor)A", "cursor=\(cursor)&state=confirmed", "cursor=",
                "state=PLACED", "number=", "placedFrom=yesterday", "placedTo=2026-01-01", "programmeId=1", "limit=0",
                "limit=1000", "number=\(String(repeating: "9", count: 65))", "state=confirmed&state=placed",
            ] {
                #expect(try await till.history(query).problem == "invalid-parameter", "\(query)")
            }
            let foreign = try await till.history("cursor=\(cursor)", of: .generate(now: .now()))
            #expect(foreign.problem == "invalid-parameter")
            let long = try await till.history("number=\(String(repeating: "9", count: 9_000))")
            #expect(long.status == 414)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "%\(digits.count == 1 ? "0" : "")\(digits)"
        }.joined()
    }
}

extension Till {
    fileprivate func history(_ query: String, of institution: InstitutionID? = nil) async throws -> Answer {
        try await send("GET", "/v1/orders?\(query)", as: [.purchaser], of: institution ?? house.school.id)
    }
}
