internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// `GET` and `POST /v1/grants`, `GET /v1/grants/{id}`, `POST /v1/grants/{id}/decision`, `GET /v1/grant-cycles`,
/// `PUT /v1/grant-cycles/{name}`.
struct GrantRoutes: Sendable {
    static let bodyBytesMax = 64 * 1_024
    static let statementScalarsMax = 4_000
    static let reasonScalarsMax = 1_000

    let authenticator: Authenticator
    let pool: PostgresPool
    let addresses: OrderAddresses
    let apply: ApplyForGrant
    let decide: DecideGrant

    func register(in router: inout Router) {
        router.post("/v1/grants", .applyForGrant) { try await apply($0) }
        router.get("/v1/grants", .listGrants) { try await list($0) }
        router.get("/v1/grants/{id}", .readGrant) { try await show($0) }
        router.get("/v1/grant-cycles", .listGrantCycles) { try await listCycles($0) }
        router.group("", [AuditedAction("grant.decide", on: "id", authenticator, pool)]) { group in
            group.post("/v1/grants/{id}/decision", .decideGrant) { try await decide($0) }
        }
        router.group("", [AuditedAction("grant-cycle.state", on: "name", authenticator, pool)]) { group in
            group.put("/v1/grant-cycles/{name}", .stateGrantCycle) { try await stateCycle($0) }
        }
    }

    // MARK: - Grants

    private func apply(_ request: Request) async throws -> Response {
        let caller = try authenticator.requireInstitution(.purchaser, of: request)
        let key = try IdempotencyKey(request)
        let body = try request.decoded(as: GrantApplication.self)
        let command = ApplyForGrant.Command(
            institution: caller.institution, key: key, cycle: body.cycle, statement: body.statement)
        do {
            let answer = try await Problem.forDatabase { try await apply(command) }
            return .json(answer.body, status: answer.status, headers: ["Location": answer.location])
        } catch let refusal as ApplyForGrant.Refusal {
            throw Problem(refusal, addresses)
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let page = try PageQuery<GrantTag>(request)
        let asked = try request.query("institutionId") { try? InstitutionID($0) }
        let state = try request.query("state") { Grant.State(rawValue: $0) }
        let scope = try caller.scope
        let rows = try await Problem.forDatabase {
            try await pool.query(GrantStore.list(of: scope, asked: asked, state: state, page))
        }
        return try .page("grants", rows, page) { row in
            let grant = try GrantRow(row)
            return (grant.standing.grant.id, grant.json(addresses))
        }
    }

    private func show(_ request: Request) async throws -> Response {
        let caller = try authenticator.authenticate(request)
        let id = try request.grantID
        let scope = try caller.scope
        let rows = try await Problem.forDatabase { try await pool.query(GrantStore.select(id, of: scope)) }
        guard let row = rows.first else { throw Problem.noSuchGrant }
        return .json(try GrantRow(row).json(addresses), headers: ["Cache-Control": "no-store"])
    }

    private func decide(_ request: Request) async throws -> Response {
        let id = try request.grantID
        let body = try request.decoded(as: GrantDecisionBody.self)
        do {
            let call = try request.operatorCall
            let row = try await Problem.forDatabase { try await decide(id, body.decision, by: call) }
            guard let row else { throw Problem.noSuchGrant }
            return .json(row.json(addresses))
        } catch let decided as Grant.Decided {
            throw Problem(
                .grantDecided, detail: "It is \(decided.state.rawValue), and a decision stands.",
                members: ["state": .string(decided.state.rawValue)])
        }
    }

    // MARK: - Cycles

    private func listCycles(_ request: Request) async throws -> Response {
        _ = try authenticator.authenticate(request)
        let rows = try await Problem.forDatabase { try await pool.query(GrantStore.cycles) }
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.key("grantCycles")
        writer.beginArray()
        for row in rows { writer.raw(try GrantCycle(row).json) }
        writer.endArray()
        writer.endObject()
        return .json(writer.bytes, headers: ["Cache-Control": "no-store"])
    }

    private func stateCycle(_ request: Request) async throws -> Response {
        let name = try request.parameter("name") { try? Slug($0) }
        let body = try request.decoded(as: GrantCycleBody.self)
        let cycle = GrantCycle(name: name, startsAt: body.startsAt, endsAt: body.endsAt)
        let call = try request.operatorCall
        let written = try await Problem.forDatabase {
            try await pool.withTransaction { transaction in
                let written = try await transaction.query(GrantStore.write(cycle)).first
                guard let written else { return Bool?.none }
                _ = try await transaction.query(call.granted(["endsAt": .string(cycle.endsAt.text)]))
                return try written.get("is_new", as: Bool.self)
            }
        }
        guard let isNew = written else {
            throw Problem(
                .grantCycleInUse, detail: "A grant of this cycle was used at a time that would be outside of it.")
        }
        return .json(cycle.json, status: isNew ? 201 : 200)
    }
}

/// `{"cycle": "2026-2027", "statement": "…"}`.
private struct GrantApplication: Decodable {
    let cycle: Slug
    let statement: String

    private enum Member: String, CodingKey, CaseIterable { case cycle, statement }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Member.self)
        cycle = try members.decode(Slug.self, forKey: .cycle)
        statement = try members.text(.statement, scalarsMax: GrantRoutes.statementScalarsMax)
    }
}

/// `{"decision": "granted", "percent": 40}` or `{"decision": "refused", "reason": "…"}`.
private struct GrantDecisionBody: Decodable {
    let decision: GrantDecision

    private enum Member: String, CodingKey, CaseIterable { case decision, percent, reason }
    private enum Granted: String, CodingKey, CaseIterable { case decision, percent }
    private enum Refused: String, CodingKey, CaseIterable { case decision, reason }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Member.self)
        let word = try members.decode(String.self, forKey: .decision)
        switch word {
        case Grant.State.granted.rawValue:
            let percent = try decoder.members(Granted.self).decode(Int.self, forKey: .percent)
            guard Grant.percents.contains(percent) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .percent, in: members,
                    debugDescription: "A grant is of \(Grant.percents.map(String.init).joined(separator: ", ")) %.")
            }
            decision = .granted(percent: percent)
        case Grant.State.refused.rawValue:
            decision = .refused(
                reason: try decoder.members(Refused.self).text(.reason, scalarsMax: GrantRoutes.reasonScalarsMax))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .decision, in: members, debugDescription: "An application is granted or refused.")
        }
    }
}

/// `{"startsAt": "2026-09-01T00:00:00Z", "endsAt": "2027-07-01T00:00:00Z"}`.
private struct GrantCycleBody: Decodable {
    let startsAt: Instant
    let endsAt: Instant

    private enum Member: String, CodingKey, CaseIterable { case startsAt, endsAt }

    init(from decoder: any Decoder) throws {
        let members = try decoder.members(Member.self)
        startsAt = try members.decode(Instant.self, forKey: .startsAt)
        endsAt = try members.decode(Instant.self, forKey: .endsAt)
        guard startsAt < endsAt else {
            throw DecodingError.dataCorruptedError(
                forKey: .endsAt, in: members, debugDescription: "A cycle ends after it begins.")
        }
    }
}

extension Request {
    fileprivate var grantID: GrantID { get throws(Problem) { try parameter("id") { try? GrantID($0) } } }
}

extension Problem {
    fileprivate static let noSuchGrant = Problem.notFound("There is no such grant.")
}
