public import JSON

extension Request {
    /// The body, read strictly. Throws a 400 that names line, column and path: `malformed-json` for what is no JSON we
    /// take, `invalid-field` for JSON that the model does not fit.
    public func decoded<Model: Decodable>(
        as model: Model.Type, limits: JSONLimits = .standard
    ) throws(Problem) -> Model {
        do {
            return try JSON.decode(model, from: body, limits: limits)
        } catch {
            throw Problem(error)
        }
    }
}

extension Problem {
    /// A request's body was refused by the JSON reader.
    public init(_ error: JSONError) {
        let isField = [.missingKey, .wrongType, .invalidValue].contains(error.kind)
        var place: JSONObject = ["line": .integer(Int64(error.line)), "column": .integer(Int64(error.column))]
        if !error.path.isEmpty { place["path"] = .string(error.path) }
        self.init(isField ? .invalidField : .malformedJSON, detail: error.description, members: place)
    }
}

extension Response {
    /// A model as JSON. Throws only for a model that has no JSON form, which is a programmer's mistake.
    public static func json(
        encoding model: some Encodable, status: Int = 200, headers: ResponseHeaders = [:]
    ) throws(JSONError) -> Response {
        .json(try JSON.encode(model), status: status, headers: headers)
    }
}
