import FilmClubModel
import HTTPClient
import JSON
import ServiceTestSupport
import Testing

@testable import CartService

@Suite("A second programme in a cart")
struct SecondProgrammeTests {
    @Test("Six slots are filled until the rules are met, without a line of code")
    func filled() async throws {
        try await CartDesk.with {
            $0 = try $0.withSecondProgramme()
        } _: { desk in
            let films = desk.house.films.map(\.id)
            let cart = try #require(try await desk.open("classics").cartID)
            for film in films[2..<8] { #expect(try await desk.add(film, to: cart).status == 200) }
            let full = try await desk.read(cart)
            #expect(full.state == "open")
            #expect(full.missing?["films"] == 0)
            #expect(full.missing?["reasons"]?[0]?["reason"]?.stringValue == "composition-rule-not-met", "\(full.text)")
            #expect(try await desk.add(films[0], to: cart).problem == "cart-full")
            for film in films[6..<8] { _ = try await desk.remove(film, from: cart) }
            #expect(try await desk.add(films[0], to: cart).state == "open")
            let complete = try await desk.add(films[1], to: cart)
            #expect(complete.state == "complete")
            #expect(complete.missing == ["films": 0, "reasons": []])
            #expect(complete.films.count == 6)
        }
    }
}
