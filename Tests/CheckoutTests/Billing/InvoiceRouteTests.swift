import CheckoutDomain
import FilmClubModel
import HTTPClient
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Invoices over HTTP")
struct InvoiceRouteTests {
    @Test("A fulfilled order has its invoice: whom, what for, how much and until when")
    func json() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            let answer = try await till.send("GET", "/v1/invoices/\(id)", as: [.purchaser], of: till.house.school.id)
            #expect(answer.status == 200)
            #expect(answer.headers["Vary"] == "Accept")
            let invoice = answer.json
            #expect(invoice["number"] == .string("\(try await till.series)-000001"))
            #expect(invoice["terms"] == "net-30")
            let issued = try CalendarDay(#require(invoice["issuedOn"]?.stringValue))
            #expect(invoice["dueOn"] == .string(issued.adding(days: 30).text))
            #expect(invoice["buyer"]?["name"] == "Lincoln High School")
            #expect(invoice["purchaseOrderNumber"] == "PO-2026-17")
            #expect(answer.texts("lines", "description") == till.house.films.prefix(5).map(\.title))
            for name in ["screeningFees", "total", "balance"] {
                #expect(invoice[name]?["minorUnits"] == 250_000, "\(name)")
            }
            try await till.expectBalancedLedger()
        }
    }

    @Test("The page has every figure of the JSON, escaped, and brings nothing but itself")
    func page() async throws {
        var house = try SampleHouse()
        house.films[0].title = "<script>alert('®')</script> & \u{202E}שלום 🎬"
        house.school.name = "\"Lincoln\" <b>High</b> School"
        try await Till.with(house) { till in
            let id = try await till.invoice()
            let answer = try await till.page(id)
            #expect(answer.status == 200)
            #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8")
            let policy = try #require(answer.headers["Content-Security-Policy"])
            #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-"))
            let page = answer.text
            #expect(!page.contains("<script"))
            #expect(!page.contains("<b>"))
            // A browser prints a table's foot on each sheet: the sums stand once.
            #expect(!page.contains("<tfoot"))
            #expect(!page.contains("http"))
            let json = try await till.send("GET", "/v1/invoices/\(id)", as: [.operator]).json
            for name in ["number", "issuedOn", "dueOn", "purchaseOrderNumber"] {
                #expect(page.contains(try #require(json[name]?.stringValue)), "\(name)")
            }
            #expect(page.contains("<bdi>\(InvoicePage.escaped(till.house.films[0].title))</bdi>"))
            #expect(page.contains("&quot;Lincoln&quot; &lt;b&gt;High&lt;/b&gt; School"))
            #expect(page.ranges(of: "USD 500.00").count == 5)
            #expect(page.contains("USD 2,500.00"))
        }
    }

    @Test("Tax and exemption stand on the invoice as they stand in the order")
    func tax() async throws {
        try await Till.with { till in
            let states = till.house.school.territory
            #expect(
                try await till.importing(taxes: [TaxRate(territory: states, name: "VAT", rateBasisPoints: 825)]).status
                    == 200)
            let taxed = try await till.send("GET", "/v1/invoices/\(try await till.invoice())", as: [.operator]).json
            #expect(taxed["tax"]?["base"]?["minorUnits"] == 250_000)
            #expect(taxed["tax"]?["amount"]?["minorUnits"] == 20_625)
            #expect(taxed["total"]?["minorUnits"] == 270_625)
            let page = try await till.page(InvoiceID(#require(taxed["id"]?.stringValue))).text
            #expect(page.contains("VAT, 8.25 % of USD 2,500.00"))
            #expect(page.contains("USD 2,706.25"))
            try await till.expectBalancedLedger()
        }
        var house = try SampleHouse()
        house.school.taxStatus = .exempt
        try await Till.with(house) { till in
            let id = try await till.invoice()
            #expect(try await till.send("GET", "/v1/invoices/\(id)", as: [.operator]).json["exemption"] == "exempt")
            #expect(try await till.page(id).text.contains("No tax: the buyer is exempt."))
        }
    }

    @Test(
        "The form is the one that the client prefers",
        arguments: [
            (nil, "json"), ("*/*", "json"), ("application/json", "json"), ("text/html", "page"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "page"),
            ("text/*;q=0.5, application/json;q=0.4", "page"), ("TEXT/HTML;Q=0.1", "page"),
            ("text/html;q=0, */*", "json"), ("image/png, */*;q=0.1", "json"),
            ("text/html; q=0.2, application/*", "json"),
        ] as [(String?, String)])
    func forms(accept: String?, form: String) throws {
        #expect("\(try InvoiceForm(accept: accept))" == form)
    }

    @Test("A client that takes neither form is told so")
    func neither() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            for accept in ["image/png", "text/html;q=0", "", ",;/=", "application/json;q=x"] {
                let answer = try await till.send(
                    "GET", "/v1/invoices/\(id)", as: [.operator], headers: [("Accept", accept)])
                #expect(answer.problem == "not-acceptable", "\(accept)")
            }
        }
    }

    @Test("Another institution's invoice is not there, and neither is one that nobody issued")
    func others() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            let stranger = InstitutionID.generate(now: .now())
            for path in ["/v1/invoices/\(id)", "/v1/invoices/\(InvoiceID.generate(now: .now()))"] {
                #expect(try await till.send("GET", path, as: [.purchaser], of: stranger).problem == "not-found")
            }
            #expect(try await till.send("GET", "/v1/credit-notes/\(id)", as: [.operator]).problem == "not-found")
            let list = try await till.send("GET", "/v1/invoices", as: [.purchaser], of: stranger)
            #expect(list.json["invoices"] == [])
            let asked = "/v1/invoices?institutionId=\(till.house.school.id)"
            #expect(try await till.send("GET", asked, as: [.purchaser], of: stranger).json["invoices"] == [])
            #expect(try await till.send("GET", asked, as: [.operator]).texts("invoices", "id") == [id.text])
        }
    }

    @Test("The list goes through all invoices page by page, the latest first, and knows what is open and overdue")
    func list() async throws {
        try await Till.with { till in
            for order in try await till.confirmedOrders(7) { try await till.apply([try till.granted(order)]) }
            var numbers: [String] = []
            var next: String? = ""
            while let cursor = next {
                let page = try await till.send(
                    "GET", "/v1/invoices?limit=3\(cursor.isEmpty ? "" : "&cursor=\(cursor)")", as: [.purchaser],
                    of: till.house.school.id)
                #expect(page.status == 200)
                numbers += page.texts("invoices", "number")
                next = page.json["next"]?.stringValue
            }
            #expect(numbers == (1...7).reversed().map { "\(till.seriesOf(numbers))-00000\($0)" })

            _ = try await till.pool.query(
                """
                UPDATE invoice_standing SET due_on = due_on - 31
                WHERE invoice_id = (SELECT invoice_id FROM invoice_standing ORDER BY invoice_id LIMIT 1)
                """)
            #expect(try await till.listed("state=overdue") == [numbers[6]])
            #expect(try await till.listed("state=open") == numbers)
            #expect(try await till.listed("state=paid") == [])
        }
    }

    @Test("A cursor that was edited, or belongs to another list, is refused")
    func cursors() async throws {
        try await Till.with { till in
            for order in try await till.confirmedOrders(3) { try await till.apply([try till.granted(order)]) }
            let first = try await till.send("GET", "/v1/invoices?limit=1", as: [.operator])
            let cursor = try #require(first.json["next"]?.stringValue)
            for index in cursor.indices {
                let other: Character = cursor[index] == "A" ? "B" : "A"
                let edited = "\(cursor[..<index])\(other)\(cursor[cursor.index(after: index)...])"
                let answer = try await till.send("GET", "/v1/invoices?cursor=\(edited)", as: [.operator])
                #expect(answer.problem == "invalid-parameter", "\(edited)")
            }
            for other in ["&state=open", "&institutionId=\(till.house.school.id)"] {
                let answer = try await till.send("GET", "/v1/invoices?cursor=\(cursor)\(other)", as: [.operator])
                #expect(answer.problem == "invalid-parameter", "\(other)")
            }
            for bad in ["limit=0", "limit=101", "limit=1e1", "state=Open", "orderId=1", "cursor=", "institutionId=x"] {
                let answer = try await till.send("GET", "/v1/invoices?\(bad)", as: [.operator])
                #expect(answer.problem == "invalid-parameter", "\(bad)")
            }
        }
    }
}

extension Till {
    /// Of an order that is placed and fulfilled.
    func invoice() async throws -> InvoiceID {
        let (id, order) = try await FulfilmentTests.placed(self)
        try await apply([try granted(order)])
        return try await pool.query("SELECT invoice_id FROM orders WHERE id = \(id)").one().get(0)
    }

    func page(_ id: InvoiceID) async throws -> Answer {
        try await send("GET", "/v1/invoices/\(id)", as: [.operator], headers: [("Accept", "text/html")])
    }

    fileprivate func listed(_ query: String) async throws -> [String] {
        try await send("GET", "/v1/invoices?\(query)", as: [.operator]).texts("invoices", "number")
    }

    fileprivate func seriesOf(_ numbers: [String]) -> Substring { numbers.first?.prefix(8) ?? "" }
}
