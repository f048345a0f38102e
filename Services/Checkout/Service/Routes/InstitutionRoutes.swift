internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import Postgres
internal import ServiceShell

/// `GET /v1/institutions`, `GET` and `PUT /v1/institutions/{id}`, `GET` and `POST /v1/institutions/{id}/verifications`.
struct InstitutionRoutes: Sendable {
    static let bodyBytesMax = 16 * 1_024
    static let reasonScalarsMax = 1_000

    let authenticator: Authenticator
    let reader: InstitutionReader
    let verify: VerifyInstitution
    let replace: ReplaceInstitution
    let verifying: AuditedAction
    let replacing: AuditedAction

    func register(in router: inout Router) {
        router.get("/v1/institutions", .listInstitutions) { try await list($0) }
        router.get("/v1/institutions/{id}", .readInstitution) { try await show($0) }
        router.get("/v1/institutions/{id}/verifications", .listVerifications) { try await history($0) }
        router.group("", [replacing]) { group in
            group.put("/v1/institutions/{id}", .replaceInstitution) { try await put($0) }
        }
        router.group("", [verifying]) { group in
            group.post("/v1/institutions/{id}/verifications", .verifyInstitution) { try await decide($0) }
        }
    }

    // MARK: - Reading

    private func list(_ request: Request) async throws -> Response {
        _ = try authenticator.require(.operator, of: request)
        let question = try request.institutionQuestion
        let institutions = try await Problem.forDatabase { try await reader.list(question) }
        let page = institutions.prefix(question.limit)
        var writer = JSONWriter(capacity: 4_096)
        writer.beginObject()
        writer.key("institutions")
        writer.beginArray()
        for institution in page { writer.raw(institution.json) }
        writer.endArray()
        if institutions.count > page.count, let last = page.last { writer.member("next", last.id.text) }
        writer.endObject()
        return .json(writer.bytes, headers: ["Cache-Control": "no-store"])
    }

    private func show(_ request: Request) async throws -> Response {
        let (id, _) = try readable(request)
        guard let institution = try await Problem.forDatabase({ try await reader.institution(id) }) else {
            throw Problem.noSuchInstitution
        }
        return .institution(institution)
    }

    private func history(_ request: Request) async throws -> Response {
        let (id, isOperator) = try readable(request)
        let history = try await Problem.forDatabase {
            try await reader.history(of: id, isForOperators: isOperator)
        }
        guard let history else { throw Problem.noSuchInstitution }
        return .json(history, headers: ["Cache-Control": "no-store"])
    }

    /// The institution that the path names, if the caller acts for it or is an operator; another's is answered like one
    /// that is not there.
    private func readable(_ request: Request) throws -> (InstitutionID, isOperator: Bool) {
        let caller = try authenticator.authenticate(request)
        let id = try request.institutionID
        let isOperator = caller.roles.contains(.operator)
        guard isOperator || caller.institution == id else { throw Problem.noSuchInstitution }
        return (id, isOperator)
    }

    // MARK: - Deciding and changing

    private func decide(_ request: Request) async throws -> Response {
        let id = try request.institutionID
        let key = try IdempotencyKey(request)
        let body = try request.decoded(as: VerificationBody.self)
        let command = VerifyInstitution.Command(
            institution: id, key: key, decision: body.decision, reason: body.reason, call: try request.operatorCall,
            trace: request.identity.trace)
        do {
            let answer = try await Problem.forDatabase { try await verify(command) }
            return .json(answer.body, status: answer.status, headers: ["Location": answer.location])
        } catch is VerifyInstitution.Unknown {
            throw Problem.noSuchInstitution
        } catch let refusal as AlreadyDecided {
            throw Problem.alreadyDecided(refusal)
        }
    }

    private func put(_ request: Request) async throws -> Response {
        let id = try request.institutionID
        let stated = try request.institution
        guard stated.id == id else {
            throw Problem(.idDiffers, detail: "The id is not the one that the path names.")
        }
        do {
            let institution = try await Problem.forDatabase {
                try await replace(stated, by: request.operatorCall, trace: request.identity.trace) { current in
                    try request.requireMatch(of: current.entityTag, current: { try JSON.parse(current.json) })
                }
            }
            return .institution(institution)
        } catch let refusal as ReplaceInstitution.Refusal {
            throw Problem(refusal)
        }
    }
}

/// `{"decision": "verified", "reason": "…"}`.
private struct VerificationBody: Decodable {
    let decision: VerificationDecision
    let reason: String

    private enum Member: String, CodingKey {
        case decision, reason
    }

    private struct AnyMember: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        for member in try decoder.container(keyedBy: AnyMember.self).allKeys
        where Member(rawValue: member.stringValue) == nil {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [member], debugDescription: "There is no such member; known are decision and reason.")
            )
        }
        let members = try decoder.container(keyedBy: Member.self)
        decision = try members.decode(VerificationDecision.self, forKey: .decision)
        reason = try members.decode(String.self, forKey: .reason)
        let count = reason.unicodeScalars.count
        guard count <= InstitutionRoutes.reasonScalarsMax, reason.contains(where: { !$0.isWhitespace }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .reason, in: members,
                debugDescription:
                    "A reason says something, in at most \(InstitutionRoutes.reasonScalarsMax) characters.")
        }
    }
}

extension Request {
    fileprivate var institutionID: InstitutionID {
        get throws(Problem) { try parameter("id") { try? InstitutionID($0) } }
    }

    /// The body: a misspelt member is refused with its line and path.
    fileprivate var institution: Institution {
        get throws(Problem) {
            do throws(JSONError) {
                return try JSON.decode(Institution.self, from: body, userInfo: ImportDocument.decoderInfo)
            } catch {
                throw Problem(error)
            }
        }
    }

    fileprivate var institutionQuestion: InstitutionReader.Question {
        get throws(Problem) {
            typealias Question = InstitutionReader.Question
            let text = try query("q") { text in
                (1...Question.textScalarsMax).contains(text.unicodeScalars.count) && !text.utf8.contains(0) ? text : nil
            }
            let limit = try query("limit") { Int($0).flatMap { Question.limitRange.contains($0) ? $0 : nil } }
            return Question(
                text: text, isVerified: try query("verified") { ["true": true, "false": false][$0] },
                after: try query("cursor") { try? InstitutionID($0) }, limit: limit ?? Question.limitUsual)
        }
    }
}

extension Institution {
    /// Names its version, for If-Match.
    fileprivate var entityTag: String { "\"\(version)\"" }
}

extension Response {
    fileprivate static func institution(_ institution: Institution) -> Response {
        .json(institution.json, headers: ["Cache-Control": "no-store", "ETag": institution.entityTag])
    }
}

extension Problem {
    fileprivate static let noSuchInstitution = Problem.notFound("There is no such institution.")

    fileprivate static func alreadyDecided(_ refusal: AlreadyDecided) -> Problem {
        Problem(.alreadyDecided, detail: refusal.description, members: ["verified": .bool(refusal.isVerified)])
    }

    fileprivate init(_ refusal: ReplaceInstitution.Refusal) {
        switch refusal {
        case .unknown: self = .noSuchInstitution
        case .verificationDiffers(let institution):
            self.init(
                .verificationNeedsReason,
                detail: "Whether an institution is verified is decided under its verifications, with a reason.",
                members: ["verified": .bool(institution.verified)])
        case .unknownTimeZone(let zone):
            self.init(.timeZoneUnknown, detail: "“\(zone)” is not in the time zone database.")
        }
    }
}
