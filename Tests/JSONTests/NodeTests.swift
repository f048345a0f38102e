import JSON
import Testing

private struct Film: Decodable, Equatable {
    var title: String
    var extra: JSONValue?
}

/// Refuses in its own words, at a place of its own choosing.
private struct Window: Decodable {
    enum Key: String, CodingKey { case opens, closes }
    struct Backwards: Error, CustomStringConvertible { var description: String { "a window ends before it begins" } }

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        let opens = try object.decode(Int.self, forKey: .opens)
        let closes = try object.decode(Int.self, forKey: .closes)
        if closes == opens {
            throw DecodingError.dataCorruptedError(
                forKey: .closes, in: object, debugDescription: "a window has a length")
        }
        if closes < opens { throw Backwards() }
    }
}

private struct Loose: Decodable, Equatable {
    var numbers: [Int]
    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var numbers: [Int] = []
        while !list.isAtEnd {
            numbers.append(try (try? list.decode(Int.self)) ?? list.decode(String.self).utf8.count)
        }
        self.numbers = numbers
    }
}

@Suite("Reading piece by piece")
struct NodeTests {
    private static let file = """
        {"films": [
          {"title": "Madres paralelas"},
          {"title": 3},
          {"name": "El sur"},
          {"title": "Cría cuervos", "extra": {"b": [1], "a": null}}
        ]}
        """

    @Test("All that is wrong in a file can be said at once, each with its place")
    func collected() throws {
        let document = try JSONDocument(parsing: Array(Self.file.utf8))
        let films = try #require(document.root["films"])
        var errors: [String] = []
        for film in films.elements {
            do {
                let title = try film.decode(Film.self).title
                if title == "Cría cuervos" { errors.append("\(film.refused("this film is in the file twice"))") }
            } catch {
                errors.append("\(error)")
            }
        }
        #expect(
            errors == [
                "line 3, column 13, films[1].title: text expected, an integer found",
                "line 4, column 3, films[2].title: a required key is missing",
                "line 5, column 3, films[3]: this film is in the file twice",
            ])
    }

    @Test("A node knows its place, its members and its elements")
    func places() throws {
        let root = try JSONDocument(parsing: Array(Self.file.utf8)).root
        let last = try #require(root["films"]?.elements.last?["extra"]?["b"]?.elements.first)
        #expect(last.path == "films[3].extra.b[0]")
        #expect("\(last.line):\(last.column)" == "5:45")
        #expect(root.members.map(\.key) == ["films"])
        #expect(root["films"]?["title"] == nil)
        #expect(root["missing"] == nil)
        #expect(root.elements.isEmpty)
    }

    @Test("A model may keep a part as it stands")
    func partAsItStands() throws {
        let root = try JSONDocument(parsing: Array(Self.file.utf8)).root
        let film = try #require(root["films"]?.elements.last).decode(Film.self)
        #expect(film.extra == ["b": [1], "a": .null])
    }

    @Test(
        "What a model itself refuses has its place too",
        arguments: [
            (#"[{"opens":1,"closes":1}]"#, "line 1, column 22, [0].closes: a window has a length"),
            (#"[{"opens":2,"closes":1}]"#, "line 1, column 2, [0]: a window ends before it begins"),
            (#"[{"opens":2}]"#, "line 1, column 2, [0].closes: a required key is missing"),
            (#"[[]]"#, "line 1, column 2, [0]: an object expected, an array found"),
            (#"{}"#, "line 1, column 1: an array expected, an object found"),
            (
                #"[{"opens":1.5,"closes":1}]"#,
                "line 1, column 11, [0].opens: an integer expected, a number with fraction or exponent found"
            ),
        ])
    func modelErrors(text: String, sentence: String) {
        let error = #expect(throws: JSONError.self) { try JSON.decode([Window].self, from: Array(text.utf8)) }
        #expect(error?.description == sentence)
    }

    @Test("An element that could not be read as one thing can be read as another")
    func secondTry() throws {
        #expect(try JSON.decode(Loose.self, from: Array(#"[1,"abc",2]"#.utf8)).numbers == [1, 3, 2])
    }

    @Test("A large dictionary is read in a time that grows with its size, not with its square")
    func largeDictionary() throws {
        let numbers = Dictionary(uniqueKeysWithValues: (0..<10_000).map { ("key \($0)", $0) })
        #expect(try JSON.decode([String: Int].self, from: try JSON.encode(numbers)) == numbers)
    }

    @Test("Numbers fit their type or are refused")
    func numbers() throws {
        #expect(
            try JSON.decode([Double].self, from: Array("[1,1.5,9007199254740992]".utf8)) == [
                1, 1.5, 9_007_199_254_740_992,
            ])
        #expect(try JSON.decode([UInt8].self, from: Array("[0,255]".utf8)) == [0, 255])
        func kind<T: Decodable>(_ type: T.Type, _ text: String) -> JSONError.Kind? {
            #expect(throws: JSONError.self) { try JSON.decode([T].self, from: Array(text.utf8)) }?.kind
        }
        #expect(kind(UInt8.self, "[256]") == .numberOutOfRange)
        #expect(kind(UInt64.self, "[-1]") == .numberOutOfRange)
        #expect(kind(Double.self, "[9007199254740993]") == .numberOutOfRange)
        #expect(kind(Float.self, "[1e300]") == .numberOutOfRange)
        #expect(kind(Int.self, "[1.0]") == .wrongType)
        #expect(kind(Bool.self, "[1]") == .wrongType)
        #expect(kind(String.self, "[null]") == .wrongType)
    }
}
