import CheckoutDomain
import FilmClubModel
import JSON
import ServiceTestSupport
import Testing

@testable import CheckoutService

@Suite("Events written by hand are the bytes that the encoder writes")
struct OrderEventsWritingTests {
    @Test(
        "For every shape an order can have", arguments: [nil, 1, 500], ["Plain", "\"Quoted\"\\\n\u{1} – ñandú 🎬", ""])
    func same(sessions: Int?, title: String) throws {
        var house = try SampleHouse()
        house.programme.caps = Caps(concurrentSessionsMax: sessions)
        house.school.name = "Escuela \(title)"
        for index in house.films.indices { house.films[index].title = title }
        let order = try house.decide()
        let institution = order.institution.json
        #expect(try institution == JSON.encode(order.institution))
        for event in order.events {
            let encoded: [UInt8] =
                switch event.body {
                case .placed(let body): try JSON.encode(body)
                case .confirmed(let body): try JSON.encode(body)
                case .fulfilled(let body): try JSON.encode(body)
                }
            #expect(event.json(institution: institution) == encoded)
        }
    }
}
