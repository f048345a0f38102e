internal import CheckoutDomain
internal import FilmClubModel

/// The body of `POST /v1/orders`. A member that is not asked for is refused, a price above all: a client that sends one
/// believes that it counts, and must not find out by the invoice.
struct OrderRequestBody: Decodable {
    let request: OrderRequest

    private enum Member: String, CodingKey, CaseIterable {
        case cartId, programmeId, filmIds, payment
    }

    private struct AnyMember: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        try Self.refuseOthers(in: decoder, known: Member.allCases.map(\.rawValue), at: [])
        let members = try decoder.container(keyedBy: Member.self)
        try Self.refuseOthers(
            in: try members.superDecoder(forKey: .payment), known: ["method", "purchaseOrderNumber"],
            at: [Member.payment])
        request = OrderRequest(
            cartId: try members.decode(CartID.self, forKey: .cartId),
            programmeId: try members.decode(ProgrammeID.self, forKey: .programmeId),
            filmIds: try members.decode([FilmID].self, forKey: .filmIds),
            payment: try members.decode(PaymentTerms.self, forKey: .payment))
    }

    private static func refuseOthers(in decoder: any Decoder, known: [String], at path: [any CodingKey]) throws {
        for member in try decoder.container(keyedBy: AnyMember.self).allKeys where !known.contains(member.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: path + [member],
                    debugDescription: "There is no such member here; known are: \(known.joined(separator: ", ")). "
                        + "What an order costs is said here alone."))
        }
    }
}
