internal import CheckoutDomain
internal import FilmClubModel

/// The body of `POST /v1/orders`. A member that is not asked for is refused, a price above all: a client that sends one
/// believes that it counts, and must not find out by the invoice.
struct OrderRequestBody: Decodable {
    let request: OrderRequest

    private enum Member: String, CodingKey, CaseIterable {
        case cartId, programmeId, filmIds, payment, grantId, quote
    }

    private enum PaymentMember: String, CodingKey, CaseIterable {
        case method, purchaseOrderNumber
    }

    init(from decoder: any Decoder) throws {
        let remark = " What an order costs is said here alone."
        let members = try decoder.members(Member.self, remark: remark)
        _ = try members.superDecoder(forKey: .payment).members(PaymentMember.self, remark: remark)
        request = OrderRequest(
            cartId: try members.decode(CartID.self, forKey: .cartId),
            programmeId: try members.decode(ProgrammeID.self, forKey: .programmeId),
            filmIds: try members.decode([FilmID].self, forKey: .filmIds),
            payment: try members.decode(PaymentTerms.self, forKey: .payment),
            grantId: try members.decodeIfPresent(GrantID.self, forKey: .grantId),
            quote: try members.decodeIfPresent(QuoteBody.self, forKey: .quote)?.quote)
    }
}

/// `{"id": "…", "version": 2}`.
private struct QuoteBody: Decodable {
    let quote: SeenQuote

    private enum Member: String, CodingKey, CaseIterable { case id, version }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Member.self)
        let version = try members.decode(Int64.self, forKey: .version)
        guard version > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: members, debugDescription: "Versions count from 1.")
        }
        quote = SeenQuote(id: try members.decode(QuoteID.self, forKey: .id), version: version)
    }
}
