import FilmClubModel
import HTTPClient
import JSON
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("A second programme at the till")
struct SecondProgrammeTests {
    @Test("Six films and a rule are sold at their own price, without a line of code")
    func sold() async throws {
        try await Till.with(try SampleHouse().withSecondProgramme()) { till in
            let films = till.house.films.map(\.id)
            let answer = try await till.order(till.house.request(Array(films[0..<6])))
            #expect(answer.status == 201)
            #expect(answer.json["total"] == ["minorUnits": 240_001, "currency": "EUR"])
            let lines = try #require(answer.json["lines"]?.arrayValue)
            #expect(
                lines.compactMap { $0["price"]?["minorUnits"]?.integerValue } == [40_001] + [
                    40_000, 40_000, 40_000, 40_000, 40_000,
                ])
            let id = try #require(answer.orderID)
            let events = try await till.logged(.orders, id.text)
            #expect(try JSON.decode(OrderConfirmed.self, from: events[1].body).slots == 6)
        }
    }

    @Test("Films that its rules do not allow, or too few of them, are no order")
    func refused() async throws {
        try await Till.with(try SampleHouse().withSecondProgramme()) { till in
            let films = till.house.films.map(\.id)
            let before = try await till.ground.counts()
            // None from before 2000; three by one director; five films.
            for chosen in [
                Array(films[2..<8]), [films[0], films[3], films[6], films[1], films[2], films[4]], Array(films[0..<5]),
            ] {
                let answer = try await till.order(till.house.request(chosen))
                #expect(answer.status == 422, "\(answer.text)")
            }
            #expect(try await till.ground.counts() == before)
        }
    }
}
