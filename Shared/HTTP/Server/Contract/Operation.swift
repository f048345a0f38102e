/// What a client may rely on at one route: what it takes, and everything that it may answer.
///
/// Declared beside the route and nowhere else: the document that clients read is written from it, every answer of the
/// tests is held against it, and the listener learns from it which bodies the route reads. While a request is answered
/// nobody looks at it.
///
///     router.post("/v1/orders", .placeOrder) { request in … }
public struct Operation: Sendable {
    /// Its name for programs, once in a service: `placeOrder`.
    public let id: String
    /// Its name for people.
    public let summary: String
    /// What else they should know, in whole sentences.
    public let details: String?
    /// Who may ask; nil for everyone.
    public let access: Access?
    public let parameters: [Parameter]
    public let body: Body?
    /// What it answers when it goes well.
    public let answers: [Answer]
    /// Its own. What follows from the rest of the declaration, and what any request may meet, is added by rule.
    public let ownProblems: [ProblemType]

    public init(
        _ id: String, _ summary: String, details: String? = nil, access: Access? = nil, parameters: [Parameter] = [],
        body: Body? = nil, answers: [Answer], problems: [ProblemType] = []
    ) {
        self.id = id
        self.summary = summary
        self.details = details
        self.access = access
        self.parameters = parameters
        self.body = body
        self.answers = answers
        ownProblems = problems
    }

    /// A bearer token with one of these roles, and what is answered to who has none.
    public struct Access: Sendable {
        public let roles: [String]
        public let problems: [ProblemType]

        public init(roles: [String], problems: [ProblemType]) {
            self.roles = roles
            self.problems = problems
        }
    }

    /// Something of the request that is not its body.
    public struct Parameter: Sendable {
        public enum Place: String, Sendable {
            case path, query, header
        }

        public let place: Place
        public let name: String
        public let schema: Schema
        public let says: String
        public let isRequired: Bool
        /// What is answered where it is missing or cannot be taken.
        public let problems: [ProblemType]

        public init(
            _ place: Place, _ name: String, _ schema: Schema, says: String, isRequired: Bool,
            problems: [ProblemType] = [.invalidParameter]
        ) {
            self.place = place
            self.name = name
            self.schema = schema
            self.says = says
            self.isRequired = isRequired
            self.problems = problems
        }

        public static func path(_ name: String, _ schema: Schema, says: String) -> Parameter {
            Parameter(.path, name, schema, says: says, isRequired: true)
        }

        public static func query(
            _ name: String, _ schema: Schema, isRequired: Bool = false, says: String
        ) -> Parameter {
            Parameter(.query, name, schema, says: says, isRequired: isRequired)
        }
    }

    /// A request's body.
    public struct Body: Sendable {
        public let schema: Schema
        /// A larger one is refused with 413.
        public let bytesMax: Int
        public let isRequired: Bool
        /// What is answered to one that cannot be read.
        public let problems: [ProblemType]

        public init(
            json schema: Schema, bytesMax: Int = RouteOptions.bodyBytesMaxDefault, isRequired: Bool = true,
            problems: [ProblemType] = [.malformedJSON, .invalidField]
        ) {
            self.schema = schema
            self.bytesMax = bytesMax
            self.isRequired = isRequired
            self.problems = problems
        }

        public var mediaTypes: [String] { ["application/json"] }
    }

    /// An answer that is no problem.
    public struct Answer: Sendable {
        public let status: Int
        public let says: String
        /// Of its content; none where it has none.
        public let mediaTypes: [String]
        /// Of its content, where that is JSON.
        public let schema: Schema?
        public let headers: [AnswerHeader]

        public init(
            _ status: Int, _ says: String, mediaTypes: [String] = [], schema: Schema? = nil,
            headers: [AnswerHeader] = []
        ) {
            self.status = status
            self.says = says
            self.mediaTypes = mediaTypes
            self.schema = schema
            self.headers = headers
        }

        public static func json(_ schema: Schema, headers: [AnswerHeader] = [], says: String) -> Answer {
            json(200, schema, headers: headers, says: says)
        }

        public static func json(
            _ status: Int, _ schema: Schema, headers: [AnswerHeader] = [], says: String
        ) -> Answer {
            Answer(status, says, mediaTypes: ["application/json"], schema: schema, headers: headers)
        }
    }
}

// MARK: - What follows

extension Operation {
    /// As the listener asks it of a request.
    var options: RouteOptions {
        guard let body else { return .standard }
        return RouteOptions(bodyBytesMax: body.bytesMax, mediaTypes: body.mediaTypes)
    }

    /// Every answer that is no problem: a content with a validator is also answered 304 (RFC 9110 §13).
    public var allAnswers: [Answer] {
        guard isConditional else { return answers }
        return answers + [Answer(304, "The client has it already.", headers: [.entityTag])]
    }

    /// Every problem that it may answer, each once, by status and name.
    public var problems: [ProblemType] {
        var found = ownProblems + ProblemType.ofEveryRequest
        found += parameters.flatMap(\.problems)
        if let access { found += access.problems }
        if let body { found += body.problems }
        if isConditional { found.append(.preconditionFailed) }
        var seen: Set<ProblemType> = []
        return found.filter { seen.insert($0).inserted }.sorted { ($0.status, $0.name) < ($1.status, $1.name) }
    }

    /// Whether the listener holds its answer against the request's conditions.
    private var isConditional: Bool {
        answers.contains { answer in
            answer.status == 200 && answer.headers.contains { $0.name == AnswerHeader.entityTag.name }
        }
    }
}
