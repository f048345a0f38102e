internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// `GET` and `POST /v1/quotes`, `GET` and `PUT /v1/quotes/{id}`.
struct QuoteRoutes: Sendable {
    static let bodyBytesMax = 16 * 1_024
    static let messageScalarsMax = 1_000

    let authenticator: Authenticator
    let pool: PostgresPool
    let addresses: OrderAddresses
    let ask: RequestQuote
    let offer: OfferQuote

    func register(in router: inout Router) {
        router.post("/v1/quotes", .requestQuote) { try await ask($0) }
        router.get("/v1/quotes", .listQuotes) { try await list($0) }
        router.get("/v1/quotes/{id}", .readQuote) { try await show($0) }
        router.group("", [AuditedAction("quote.offer", on: "id", authenticator, pool)]) { group in
            group.put("/v1/quotes/{id}", .offerQuote) { try await offer($0) }
        }
    }

    private func ask(_ request: Request) async throws -> Response {
        let caller = try authenticator.requireInstitution(.purchaser, of: request)
        let key = try IdempotencyKey(request)
        let body = try request.decoded(as: QuoteRequestBody.self)
        let command = RequestQuote.Command(
            institution: caller.institution, key: key, programme: body.programmeId, message: body.message)
        do {
            let answer = try await Problem.forDatabase { try await ask(command) }
            return .json(answer.body, status: answer.status, headers: ["Location": answer.location])
        } catch let rejection as OrderRejection {
            throw Problem(rejection, addresses)
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let page = try PageQuery<QuoteTag>(request)
        let asked = try request.query("institutionId") { try? InstitutionID($0) }
        let state = try request.query("state") { Quote.State(rawValue: $0) }
        let scope = try caller.scope
        let rows = try await Problem.forDatabase {
            try await pool.query(QuoteStore.list(of: scope, asked: asked, state: state, page))
        }
        return try .page("quotes", rows, page) { row in
            let quote = try QuoteRow(row)
            return (quote.standing.quote.id, quote.json(addresses))
        }
    }

    private func show(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let id = try request.quoteID
        let scope = try caller.scope
        let rows = try await Problem.forDatabase { try await pool.query(QuoteStore.select(id, of: scope)) }
        guard let row = rows.first else { throw Problem.noSuchQuote }
        return answer(try QuoteRow(row))
    }

    private func offer(_ request: Request) async throws -> Response {
        let id = try request.quoteID
        let body = try request.decoded(as: QuoteOfferBody.self)
        do {
            let call = try request.operatorCall
            return answer(
                try await Problem.forDatabase {
                    try await offer(id, body.offer, by: call) { held in
                        try request.requireMatch(of: held.entityTag) { try JSON.parse(held.json(addresses)) }
                    }
                })
        } catch let refusal as OfferQuote.Refusal {
            throw Problem(refusal, addresses)
        }
    }

    private func answer(_ row: QuoteRow) -> Response {
        .json(row.json(addresses), headers: ["Cache-Control": "no-store", "ETag": row.entityTag])
    }
}

/// `{"programmeId": "…", "message": "…"}`.
private struct QuoteRequestBody: Decodable {
    let programmeId: ProgrammeID
    let message: String?

    private enum Member: String, CodingKey, CaseIterable { case programmeId, message }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Member.self)
        programmeId = try members.decode(ProgrammeID.self, forKey: .programmeId)
        message = try members.textIfPresent(.message, scalarsMax: QuoteRoutes.messageScalarsMax)
    }
}

/// `{"bundle": {"minorUnits": 150000, "currency": "USD"}, "validUntil": "2026-12-31T00:00:00Z"}`.
private struct QuoteOfferBody: Decodable {
    let offer: Quote.Offer

    private enum Member: String, CodingKey, CaseIterable { case bundle, validUntil }
    private enum Amount: String, CodingKey, CaseIterable { case minorUnits, currency }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Member.self)
        _ = try members.superDecoder(forKey: .bundle).members(Amount.self)
        let bundle = try members.decode(Money.self, forKey: .bundle)
        guard (1...PriceList.minorUnitsMax).contains(bundle.minorUnits) else {
            throw DecodingError.dataCorruptedError(
                forKey: .bundle, in: members,
                debugDescription: "A bundle costs 1 to \(PriceList.minorUnitsMax) minor units.")
        }
        offer = Quote.Offer(bundle: bundle, validUntil: try members.decode(Instant.self, forKey: .validUntil))
    }
}

extension Request {
    fileprivate var quoteID: QuoteID { get throws(Problem) { try parameter("id") { try? QuoteID($0) } } }
}

extension Problem {
    fileprivate static let noSuchQuote = Problem.notFound("There is no such quote.")

    fileprivate init(_ refusal: OfferQuote.Refusal, _ addresses: OrderAddresses) {
        switch refusal {
        case .unknown: self = .noSuchQuote
        case .inThePast: self.init(.quoteInThePast, detail: "An offer holds for some time from now on.")
        case .used(let order):
            self.init(
                .quoteUsed, detail: "This order has used it.",
                members: ["order": .link(order.text, addresses.order(order))])
        }
    }
}
