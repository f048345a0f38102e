internal import FilmClubModel

/// The body of `POST /v1/carts`: `{"programmeId": "spanish-film-club"}`, an id or a slug. A member that is not asked for
/// is refused: a client that sends films or a price believes that they count.
struct OpenCartBody: Decodable {
    let programme: ProgrammeName

    private struct Member: CodingKey, Equatable {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }

        static let programmeId = Member(stringValue: "programmeId")
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        if let other = members.allKeys.first(where: { $0 != .programmeId }) {
            throw Self.refused("There is no such member here; known is: programmeId.", at: other)
        }
        guard let programme = ProgrammeName(try members.decode(String.self, forKey: .programmeId)) else {
            throw Self.refused("A programme is named by its id or its slug.", at: .programmeId)
        }
        self.programme = programme
    }

    private static func refused(_ sentence: String, at member: Member) -> DecodingError {
        .dataCorrupted(.init(codingPath: [member], debugDescription: sentence))
    }
}
