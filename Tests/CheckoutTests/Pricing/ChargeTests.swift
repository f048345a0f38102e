import CheckoutDomain
import FilmClubModel
import FoundationEssentials
import HTTPClient
import JSON
import Messaging
import Postgres
import ServiceShell
import ServiceTestSupport
import TestSupport
import Testing

@testable import CheckoutService

@Suite("An order says what it costs and why")
struct ChargeTests {
    private static func vat(_ basisPoints: Int, in territory: String = "US") throws -> TaxRate {
        TaxRate(territory: try Territory(territory), name: "VAT", rateBasisPoints: basisPoints)
    }

    private static let taxed: JSONValue = [
        "screeningFees": ["minorUnits": 250_000, "currency": "USD"],
        "tax": ["name": "VAT", "rateBasisPoints": 825, "amount": ["minorUnits": 20_625, "currency": "USD"]],
        "total": ["minorUnits": 270_625, "currency": "USD"],
    ]

    @Test("Its answer, its row, its event and its page have the same charge, and the total is what is to be paid")
    func charged() async throws {
        var house = try SampleHouse()
        house.programme.cancellation = CancellationTerms(withinDays: 14, administrativeFeeMinorUnits: 10_000)
        try await Till.with(house) { till in
            try await till.importing(taxes: [Self.vat(825), Self.vat(2_000, in: "GB")])
            let answer = try await till.order(till.house.request())
            #expect(answer.status == 201)
            #expect(answer.json["charge"] == Self.taxed)
            #expect(answer.json["total"] == Self.taxed["total"])
            let lines = try #require(answer.json["lines"]?.arrayValue)
            #expect(lines.compactMap { $0["price"]?["minorUnits"]?.integerValue }.reduce(0, +) == 250_000)

            let id = try #require(answer.orderID)
            let row = try await till.pool.query("SELECT charge, cancellation, total_minor_units FROM orders").one()
            #expect(try JSON.parse(try row.get("charge", as: JSONText.self).bytes) == Self.taxed)
            #expect(try row.get("total_minor_units", as: Int64.self) == 270_625)
            let terms = try JSON.decode(CancellationTerms.self, from: row.get("cancellation", as: JSONText.self).bytes)
            #expect(terms == till.house.programme.cancellation)
            let placed = try JSON.decode(OrderPlaced.self, from: try await till.logged(.orders, id.text)[0].body)
            #expect(placed.total.minorUnits == 270_625)
            #expect(try JSON.parse(JSON.encode(try #require(placed.charge))) == Self.taxed)
            #expect(try await till.state(of: id)["charge"] == Self.taxed)
        }
    }

    @Test("An order of an earlier version, without a charge, is shown as it was")
    func ofOld() async throws {
        try await Till.with { till in
            let id = try #require(try await till.order(till.house.request()).orderID)
            _ = try await till.pool.query("UPDATE orders SET charge = NULL")
            let order = try await till.state(of: id)
            #expect(order["charge"] == nil)
            #expect(order["total"] == ["minorUnits": 250_000, "currency": "USD"])
        }
    }

    @Test("A type whose price is on request is refused by name, and nothing is ordered")
    func onRequest() async throws {
        var house = try SampleHouse()
        house.programme.priceList.tiers = [PriceTier(institutionTypes: [.highSchool], price: .onRequest)]
        try await Till.with(house) { till in
            let before = try await till.ground.counts()
            let answer = try await till.order(till.house.request(), key: "k")
            #expect(answer.status == 422 && answer.problem == "price-on-request")
            #expect(answer.json["institutionType"] == "highSchool")
            #expect(try await till.ground.counts() == before)

            let fixed = till.house.programme.changed { $0.priceList.tiers = nil }
            try await till.tell([], fixed)
            #expect(try await till.order(till.house.request(), key: "k").status == 201)
        }
    }

    @Test("Outside the time that its price lists hold a programme is not sold")
    func notForSale() async throws {
        var house = try SampleHouse()
        house.programme.priceList.validFrom = .now() + .seconds(3_600)
        try await Till.with(house) { till async throws in
            #expect(try await till.order(till.house.request()).problem == "not-for-sale")
            #expect(try await till.count("orders") == 0)
        }
    }

    @Test("A tax table that changed in between is decided by anew")
    func staleTaxes() async throws {
        try await Till.with { till in
            let rush = Rush(till)
            let commands = try (0..<3).map { _ in try rush.command(till.house.request()) }
            let outcomes = try await rush.together(commands) {
                _ = try await till.anotherProcess().institutions.importInstitutions(
                    ImportDocument(taxes: [try Self.vat(1_000)]), isDryRun: false,
                    by: .ofTest("institutions.import"), trace: nil)
            }
            #expect(outcomes.compactMap { $0.placed?.total.minorUnits } == [275_000, 275_000, 275_000])
            // And by the process that was behind, from its memory.
            #expect(try await till.order(till.house.request()).json["total"]?["minorUnits"] == 275_000)
        }
    }

    @Test("What this build does not know of a programme stays in its projection")
    func unknownMembers() async throws {
        try await Till.with { till in
            let programme = till.house.programme.changed { $0.name = "Ciné-club “Ñ”" }
            var body = try #require(try JSON.parse(JSON.encode(ProgrammeChanged(programme: programme))).objectValue)
            var members = try #require(body["programme"]?.objectValue)
            members["ofNextYear"] = ["seats": 12]
            body["programme"] = .object(members)
            let event = try till.event(ProgrammeChanged(programme: programme), sequence: programme.version)
            try await till.apply([
                InboxEvent(
                    topic: event.topic, envelope: event.envelope, body: JSON.encode(.object(body)), origin: "test")
            ])
            let row = try await till.pool.query("SELECT programme FROM programme_projection").one()
            #expect(try row.get("programme", as: JSONText.self).bytes == JSON.encode(.object(members)))
            let other = try till.anotherProcess()
            try await other.load()
            let facts = await other.facts.facts(for: till.house.request(), of: till.house.school.id)
            #expect(facts.programme == programme)
        }
    }
}

@Suite("Taxes are imported")
struct ImportingTaxesTests {
    private static func counts(_ created: Int64, _ changed: Int64, _ unchanged: Int64) -> JSONValue {
        ["created": .integer(created), "changed": .integer(changed), "unchanged": .integer(unchanged)]
    }

    private func version(_ till: Till) async throws -> Int64 {
        try await till.pool.query("SELECT version FROM tax_table").one().get("version")
    }

    @Test("All of them or none; said again they change nothing; a dry run changes nothing")
    func imported() async throws {
        try await Till.with { till in
            let gb = TaxRate(territory: try Territory("GB"), name: "VAT “standard”", rateBasisPoints: 2_000)
            let es = TaxRate(territory: try Territory("ES"), name: "IVA", rateBasisPoints: 2_100)
            let dry = try await till.importing(taxes: [gb, es], isDryRun: true)
            #expect(dry.json["taxes"] == Self.counts(2, 0, 0))
            #expect(try await version(till) == 0)

            #expect(try await till.importing(taxes: [gb, es]).json["taxes"] == Self.counts(2, 0, 0))
            #expect(try await till.importing(taxes: [es, gb]).json["taxes"] == Self.counts(0, 0, 2))
            #expect(try await till.importing([till.house.school]).json["taxes"] == Self.counts(0, 0, 2))
            #expect(try await version(till) == 1)
            #expect(try await till.importing(taxes: [gb]).json["taxes"] == Self.counts(0, 1, 1))
            #expect(try await version(till) == 2)
        }
    }

    @Test("A document that is refused for its institutions leaves the taxes, and the other way round")
    func allOrNothing() async throws {
        try await Till.with { till in
            var nowhere = try SampleHouse().school
            nowhere.timeZone = try TimeZoneName("America/Springfield")
            let rate = TaxRate(territory: try Territory("GB"), name: "VAT", rateBasisPoints: 2_000)
            let zone = try await till.send(
                "POST", "/v1/imports", as: [.operator],
                body: JSON.encode(ImportDocument(institutions: [nowhere], taxes: [rate])))
            #expect(zone.problem == "import-refused")
            let twice = try await till.send(
                "POST", "/v1/imports", as: [.operator],
                body: JSON.encode(ImportDocument(institutions: [try SampleHouse().school], taxes: [rate, rate])))
            #expect(twice.problem == "import-refused")
            #expect(twice.json["errors"]?[0]?["path"] == "taxes[1].territory")
            for rates in [
                #"[{"territory":"GB","name":"VAT","rateBasisPoints":-1}]"#,
                #"[{"territory":"GB","name":"VAT","rateBasisPoints":20.5}]"#,
                #"[{"territory":"GB","name":"VAT","rateBasisPoints":9223372036854775808}]"#,
                #"[{"territory":"UK","name":"VAT","rateBasisPoints":2000}]"#, "{}", "7",
            ] {
                let answer = try await till.send(
                    "POST", "/v1/imports", as: [.operator], body: Array(#"{"taxes":\#(rates)}"#.utf8))
                #expect(answer.status == 400, "\(rates)")
            }
            #expect(try await version(till) == 0)
            #expect(try await till.count("institutions") == 1)
        }
    }

    @Test("Imports that race count every version once")
    func race() async throws {
        try await Till.with { till in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for rate in 1...4 {
                    group.addTask {
                        let territory = try Territory("GB")
                        try await till.importing(
                            taxes: [TaxRate(territory: territory, name: "VAT", rateBasisPoints: rate)])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await version(till) == 4)
        }
    }
}
