import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import JSON
import Postgres
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Payments and cancellations")
struct PaymentTests {
    @Test("What comes in is taken off what is left to be paid, to the last cent, and no more than that")
    func payments() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            let first = try await till.pay(id, 100_000)
            #expect(first.status == 201)
            #expect(first.json["invoice"]?["balance"]?["minorUnits"] == 150_000)
            let before = try await till.ground.counts()
            let above = try await till.pay(id, 150_001)
            #expect(above.problem == "payment-exceeds-balance")
            #expect(above.json["balance"]?["minorUnits"] == 150_000)
            #expect(try await till.ground.counts() == before)
            #expect(try await till.pay(id, 150_000).status == 201)
            #expect(try await till.pay(id, 1).problem == "invoice-settled")
            let invoice = try await till.send("GET", "/v1/invoices/\(id)", as: [.operator]).json
            #expect(invoice["balance"]?["minorUnits"] == 0)
            #expect(invoice["payments"]?.arrayValue?.count == 2)
            let page = try await till.page(id).text
            #expect(page.contains("USD -1,500.00"))
            #expect(page.contains("<bdi>Balance</bdi>"))
            try await till.expectBalancedLedger()
        }
    }

    @Test("Of payments that race for one balance as many are taken as it holds, and a repeated one counts once")
    func race() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for payment in 0..<10 { group.addTask { try await till.pay(id, 60_000, key: "p\(payment)") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.status == 201 } == 4)
            #expect(answers.count { $0.problem == "payment-exceeds-balance" } == 6)
            let last = try await till.pay(id, 10_000, key: "last")
            let again = try await till.pay(id, 10_000, key: "last")
            #expect(last.status == 201)
            #expect(again.bytes == last.bytes)
            #expect(try await till.pay(id, 9_999, key: "last").problem == "idempotency-key-reused")
            #expect(try await till.count("payments") == 5)
            try await till.expectBalancedLedger()
        }
    }

    @Test("A payment that is none changes nothing, and only an operator records one")
    func refused() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            let before = try await till.ground.counts()
            for amount in ["0", "-1", "1.5", "1e3", "9223372036854775808", "10000000001", "\"1\"", "null"] {
                let answer = try await till.pay(id, json: amount)
                #expect(["invalid-field", "malformed-json"].contains(answer.problem), "\(amount)")
            }
            for change: (String, JSONValue) in [
                ("reference", ""), ("reference", "a\nb"), ("reference", .string(String(repeating: "é", count: 141))),
                ("receivedOn", "2026-02-29"), ("receivedOn", "yesterday"), ("invoice", "1"),
            ] {
                let answer = try await till.pay(id, 1) { $0[change.0] = change.1 }
                #expect(answer.problem == "invalid-field", "\(change)")
            }
            let euros = try await till.pay(id, 1) { $0["amount"] = ["minorUnits": 1, "currency": "EUR"] }
            #expect(euros.problem == "currency-differs")
            #expect(try await till.pay(.generate(now: .now()), 1).problem == "not-found")
            #expect(try await till.pay(id, 1, as: .purchaser).problem == "forbidden")
            #expect(try await till.ground.counts() == before)
            let odd = "“T'17” % \u{202E}שלום 🎬 <b>"
            #expect(try await till.pay(id, 1) { $0["reference"] = .string(odd) }.status == 201)
            #expect(try await till.page(id).text.contains(InvoicePage.escaped(odd)))
        }
    }

    @Test("The house takes a fulfilled order back by a credit note, and the invoice stays as it was issued")
    func creditNote() async throws {
        try await Till.with { till in
            let id = try await till.invoice()
            let order = try #require(try await till.pool.query("SELECT id FROM orders").first?.get(0, as: OrderID.self))
            #expect(try await till.pay(id, 100_000).status == 201)
            let issued = try await till.pool.query("SELECT content::text FROM billing_documents").one().get(
                0, as: String.self)

            let answer = try await till.cancel(order, as: .operator)
            #expect(answer.status == 200)
            #expect(answer.json["state"] == "cancelled")
            #expect(answer.json["invoice"]?["balance"]?["minorUnits"] == -100_000)
            let note = try #require(answer.json["creditNotes"]?.arrayValue?.first)
            #expect(note["total"]?["minorUnits"] == 250_000)
            let href = try #require(note["href"]?.stringValue)
            let whole = try await till.send("GET", href, as: [.purchaser], of: till.house.school.id)
            #expect(whole.json["corrects"]?["id"] == .string(id.text))
            #expect(whole.json["number"]?.stringValue?.hasPrefix("CRN-") == true)
            let page = try await till.send("GET", href, as: [.operator], headers: [("Accept", "text/html")]).text
            #expect(page.contains("Total credited"))
            #expect(try await till.send("GET", href, as: [.purchaser], of: .generate(now: .now())).status == 404)

            let now = try await till.pool.query("SELECT content::text FROM billing_documents WHERE kind = 'invoice'")
            #expect(try now.one().get(0) == issued)
            #expect(try await till.logged(.orders, order.text).last?.type == "OrderCancelled")
            #expect(try await till.cancel(order, as: .operator).json["why"] == "cancelled")
            let due = try await till.send("GET", "/v1/invoices?state=refundDue", as: [.operator])
            #expect(due.texts("invoices", "id") == [id.text])
            try await till.expectBalancedLedger()
        }
    }

    @Test("A buyer cancels by the terms that were sold, whatever the programme says now, and the fee is kept")
    func buyerCancels() async throws {
        var house = try SampleHouse()
        house.programme.cancellation = CancellationTerms(withinDays: 14, administrativeFeeMinorUnits: 5_000)
        try await Till.with(house) { till in
            let (early, _) = try await FulfilmentTests.placed(till)
            let (fulfilled, confirmed) = try await FulfilmentTests.placed(till)
            let (late, _) = try await FulfilmentTests.placed(till)
            try await till.apply([try till.granted(confirmed)])
            let programme = house.programme.changed { $0.cancellation = nil }
            try await till.tell([], programme)
            _ = try await till.pool.query(
                "UPDATE orders SET placed_at = placed_at - interval '14 days' WHERE id = \(late)")

            let first = try await till.cancel(early, as: .purchaser)
            #expect(first.json["invoice"]?["balance"]?["minorUnits"] == 5_000)
            #expect(first.json["creditNotes"] == nil)
            let second = try await till.cancel(fulfilled, as: .purchaser)
            #expect(second.json["invoice"]?["balance"]?["minorUnits"] == 5_000)
            let note = second.json["creditNotes"]?.arrayValue?.first
            #expect(note?["total"]?["minorUnits"] == 245_000)
            #expect(try await till.cancel(late, as: .purchaser).json["why"] == "too-late")
            #expect(try await till.cancel(late, as: .operator).status == 200)
            try await till.expectBalancedLedger()
        }
    }

    @Test("An order that is cancelled before it was fulfilled has no invoice, and what is granted too late is absorbed")
    func early() async throws {
        try await Till.with { till in
            let (id, order) = try await FulfilmentTests.placed(till)
            let first = try await till.cancel(id, as: .operator, key: "c")
            #expect(first.status == 200)
            #expect(try await till.cancel(id, as: .operator, key: "c").bytes == first.bytes)
            try await till.apply([try till.granted(order)])
            #expect(try await till.state(of: id)["state"] == "cancelled")
            #expect(try await till.logged(.orders, id.text).map(\.sequence) == [1, 2, 3])
            #expect(try await till.count("billing_documents") == 0)
        }
    }

    @Test("Cancelling races with streaming's answer: one end state, and the ledger balances")
    func cancelRace() async throws {
        try await Till.with { till in
            let orders = try await till.confirmedOrders(12)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in orders {
                    group.addTask { try await till.apply([try till.granted(order)]) }
                    group.addTask {
                        let status = try await till.cancel(order.orderId, as: .operator).status
                        #expect(status == 200)
                    }
                }
                try await group.waitForAll()
            }
            let ended = try await till.pool.query("SELECT FROM orders WHERE state = 'cancelled'")
            #expect(ended.count == 12)
            let owing = try await till.pool.query("SELECT FROM invoice_standing WHERE balance_minor_units <> 0")
            #expect(owing.isEmpty)
            try await till.expectBalancedLedger()
        }
    }

    @Test("Another institution's order cannot be cancelled, nor by whoever may not buy, nor for a sentence")
    func cancelRefused() async throws {
        try await Till.with { till in
            let (id, _) = try await FulfilmentTests.placed(till)
            let before = try await till.ground.counts()
            #expect(try await till.cancel(id, as: .purchaser, of: .generate(now: .now())).problem == "not-found")
            #expect(try await till.cancel(.generate(now: .now()), as: .operator).problem == "not-found")
            #expect(try await till.cancel(id, as: .selector).problem == "forbidden")
            #expect(try await till.cancel(id, as: .purchaser).json["why"] == "no-terms")
            #expect(
                try await till.cancel(id, as: .operator, reason: "They changed their mind.").problem == "invalid-field")
            #expect(try await till.ground.counts() == before)
        }
    }
}

extension Till {
    func pay(
        _ invoice: InvoiceID, _ units: Int64 = 1, json: String? = nil, key: String = "\(UUID())",
        as role: Role = .operator, _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> Answer {
        var body: JSONObject = [
            "amount": ["minorUnits": .integer(units), "currency": "USD"], "reference": "Transfer 17",
            "receivedOn": "2026-11-24",
        ]
        change(&body)
        let bytes = JSON.encode(.object(body))
        let text = String(decoding: bytes, as: UTF8.self)
        return try await send(
            "POST", "/v1/invoices/\(invoice)/payments", as: [role], of: house.school.id,
            headers: [("Idempotency-Key", key)],
            body: json.map { Array(text.replacing("\"minorUnits\":1,", with: "\"minorUnits\":\($0),").utf8) } ?? bytes)
    }

    func cancel(
        _ order: OrderID, as role: Role, of institution: InstitutionID? = nil, key: String = "\(UUID())",
        reason: String = "ordered-twice"
    ) async throws -> Answer {
        try await send(
            "POST", "/v1/orders/\(order)/cancellation", as: [role], of: institution ?? house.school.id,
            headers: [("Idempotency-Key", key)], body: JSON.encode(["reason": .string(reason)]))
    }
}
