import FilmClubModel
import HTTPClient
import JSON
import ServiceShell
import ServiceTestSupport
import Testing

@testable import CartService

@Suite("Requests that change no cart leave nothing behind")
struct CartRefusalTests {
    @Test("A film that cannot be chosen is refused by a type of its own")
    func films() async throws {
        try await CartDesk.with { house in
            house.films[5].status = .withdrawn
            house.films[6].territories = [try Territory("ES")]
        } _: { desk in
            let id = try await desk.cart(films: 1)
            let before = try await desk.read(id)
            let stranger = FilmID.generate(now: .now())
            for (film, problem) in [
                (stranger, "film-unknown"), (desk.house.films[5].id, "film-withdrawn"),
                (desk.house.films[6].id, "film-not-licensed"),
            ] {
                let answer = try await desk.add(film, to: id)
                #expect(answer.status == 422)
                #expect(answer.problem == problem)
                #expect(answer.json["filmId"]?.stringValue == film.text)
                #expect(answer.headers["Content-Type"] == "application/problem+json")
                #expect(desk.metrics.text().contains("filmclub_cart_refusals_total{reason=\"\(problem)\"} 1"))
            }
            #expect(try await desk.read(id).bytes == before.bytes)
            #expect(try await desk.logged(id).count == 2)
        }
    }

    @Test("A programme or an institution that is not known, or not meant, opens no cart")
    func programmes() async throws {
        try await CartDesk.with { desk in
            let library = try SampleHouse().school.changed { $0.type = .publicLibrary }
            let abroad = try SampleHouse().school.changed { $0.territory = try Territory("ES") }
            try await desk.tell([], nil, library, abroad)
            let stranger = InstitutionID.generate(now: .now())
            let unknown = ProgrammeID.generate(now: .now()).text
            let cases: [(String?, InstitutionID?, Int, String)] = [
                (unknown, nil, 422, "programme-unknown"), ("french-film-club", nil, 422, "programme-unknown"),
                (nil, library.id, 422, "programme-not-offered"), (nil, abroad.id, 422, "programme-not-offered"),
                (nil, stranger, 403, "institution-unknown"),
            ]
            for (programme, institution, status, problem) in cases {
                let answer = try await desk.open(programme, of: institution)
                #expect(answer.status == status)
                #expect(answer.problem == problem)
            }
            for table in ["carts", "event_log", "idempotency_keys"] {
                #expect(try await desk.count(table) == 0, "\(table)")
            }
        }
    }

    @Test("Another institution's cart is answered like one that is not there, and stays as it is")
    func anotherInstitution() async throws {
        try await CartDesk.with { desk in
            let other = try SampleHouse().school
            try await desk.tell([], nil, other)
            let id = try await desk.cart(films: 1)
            let missing = CartID.generate(now: .now())
            let (token, film) = (try desk.selector(of: other.id), desk.house.films[1].id)
            for (method, end) in [("GET", ""), ("PUT", "/films/\(film)"), ("DELETE", "/films/\(film)")] {
                let theirs = try await desk.send(method, "/v1/carts/\(id)\(end)", token: token)
                let none = try await desk.send(method, "/v1/carts/\(missing)\(end)", token: token)
                #expect(theirs.status == 404)
                #expect(theirs.bytes == none.bytes)
            }
            #expect(try await desk.logged(id).count == 2)
        }
    }

    @Test("Every role of the institution reads, an operator reads all; selector, purchaser and organiser edit")
    func roles() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart()
            let school = desk.house.school.id
            for role in Role.allCases {
                let institution = role == .operator ? nil : school
                let token = try desk.token([role], of: institution)
                #expect(try await desk.send("GET", "/v1/carts/\(id)", token: token).status == 200, "\(role)")
                let path = "/v1/carts/\(id)/films/\(desk.house.films[0].id)"
                let mayEdit = [.selector, .purchaser, .organiser].contains(role)
                #expect(try await desk.send("PUT", path, token: token).status == (mayEdit ? 200 : 403), "\(role)")
                #expect(try await desk.send("DELETE", path, token: token).status == (mayEdit ? 200 : 403), "\(role)")
                let opened = try await desk.send(
                    "POST", "/v1/carts", token: token, headers: [("Idempotency-Key", role.rawValue)],
                    body: JSON.encode(["programmeId": "spanish-film-club"] as JSONValue))
                #expect(opened.status == (mayEdit ? 201 : 403), "\(role)")
            }
        }
    }

    @Test("No token, an expired one, one of another purpose: 401, and nothing is opened, shown or changed")
    func tokens() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart()
            let school = desk.house.school.id
            let tokens: [(String?, String)] = [
                (nil, "unauthenticated"), ("nonsense", "unauthenticated"),
                (try desk.token([.selector], of: school, expiresInSeconds: -120), "token-expired"),
                (try desk.token([.selector], of: school, type: "stream+jwt"), "unauthenticated"),
            ]
            let requests: [(String, String, [UInt8]?)] = [
                ("POST", "/v1/carts", Array("{}".utf8)), ("GET", "/v1/carts/\(id)", nil),
                ("PUT", "/v1/carts/\(id)/films/\(desk.house.films[0].id)", nil),
                ("DELETE", "/v1/carts/\(id)/films/\(desk.house.films[0].id)", nil),
            ]
            for (token, problem) in tokens {
                for (method, path, body) in requests {
                    let answer = try await desk.send(method, path, token: token, body: body)
                    #expect(answer.status == 401, "\(method) \(problem)")
                    #expect(answer.problem == problem, "\(method) \(problem)")
                    #expect(answer.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
                }
            }
            #expect(try await desk.count("carts") == 1)
            #expect(try await desk.logged(id).count == 1)
        }
    }

    @Test("What is no body that we take is refused, and the process lives on")
    func bodies() async throws {
        try await CartDesk.with { desk in
            func post(_ body: [UInt8], _ type: String = "application/json") async throws -> Answer {
                try await desk.send(
                    "POST", "/v1/carts", token: try desk.selector(),
                    headers: [("Idempotency-Key", "k"), ("Content-Type", type)], body: body)
            }
            let bodies: [(String, String)] = [
                ("", "malformed-json"), ("{", "malformed-json"), ("{\"programmeId\": \"span", "malformed-json"),
                ("{}{}", "malformed-json"), ("{\"programmeId\": \"a\", \"programmeId\": \"a\"}", "malformed-json"),
                ("{\"programmeId\": \"a\\u0000\"}", "malformed-json"),
                ("{\"programmeId\": \"\u{0}\"}", "malformed-json"),
                ("{\"programmeId\": \"\\ud800\"}", "malformed-json"), ("{\"n\": 1e999}", "malformed-json"),
                (String(repeating: "[", count: 10_000), "malformed-json"), ("[]", "invalid-field"),
                ("{}", "invalid-field"), ("{\"programmeId\": 9223372036854775807}", "invalid-field"),
                ("{\"programmeId\": null}", "invalid-field"), ("{\"programmeId\": \"../../etc\"}", "invalid-field"),
                ("{\"programmeId\": \"spanish-film-club\", \"price\": 1}", "invalid-field"),
                ("{\"programmeId\": \"spanish-film-club\", \"filmIds\": []}", "invalid-field"),
            ]
            for (body, problem) in bodies {
                let answer = try await post(Array(body.utf8))
                #expect(answer.status == 400, "\(body.prefix(60))")
                #expect(answer.problem == problem, "\(body.prefix(60))")
            }
            #expect(try await post(Array("{\"programmeId\": \"\u{FF}".utf8.dropLast())).status == 400)
            let large = try await post(Array(repeating: UInt8(ascii: " "), count: CartRoutes.bodyBytesMax + 1))
            #expect((large.status, large.problem) == (413, "body-too-large"))
            let form = try await post(Array("programmeId=a".utf8), "application/x-www-form-urlencoded")
            #expect((form.status, form.problem) == (415, "unsupported-media-type"))
            #expect(try await desk.count("carts") == 0)
            #expect(try await desk.open(key: "k").status == 201)
        }
    }

    @Test("A path that names no id is refused before anything is looked up")
    func paths() async throws {
        try await CartDesk.with { desk in
            let id = try await desk.cart()
            let film = desk.house.films[0].id
            let bad = ["1", "x", "%00", "00000000", "\(film)x", "%27%20OR%201=1--", String(repeating: "9", count: 500)]
            for text in bad {
                for (method, path) in [
                    ("GET", "/v1/carts/\(text)"), ("PUT", "/v1/carts/\(text)/films/\(film)"),
                    ("PUT", "/v1/carts/\(id)/films/\(text)"), ("DELETE", "/v1/carts/\(id)/films/\(text)"),
                ] {
                    let answer = try await desk.send(method, path, token: try desk.selector())
                    #expect(answer.status == 400, "\(method) \(path)")
                }
            }
            #expect(try await desk.send("POST", "/v1/carts/\(id)", token: try desk.selector()).status == 405)
            #expect(try await desk.send("GET", "/v1/carts/\(id)/films", token: try desk.selector()).status == 404)
            #expect(try await desk.read(id).status == 200)
        }
    }
}
