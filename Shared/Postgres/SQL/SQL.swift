/// One statement with its bound values. Values enter by interpolation only, and interpolation can only bind:
///
///     let insertOrder: SQL = """
///         /* insertOrder */
///         INSERT INTO orders (id, cart_id, total) VALUES (\(order.id), \(order.cartID), \(order.total))
///         """
///
/// becomes `… VALUES ($1, $2, $3)` with the three values beside it in binary. A value can't change the
/// statement, so every statement is prepared once a connection and its text may be logged.
///
/// A leading comment is the statement's label. It names the statement in errors ("unique violation 23505 on
/// orders_cart_id_key in insertOrder"), in the server's log, and in pg_stat_activity.
public struct SQL: Sendable {
    /// With `$1`… in the place of the values.
    public private(set) var text: String
    /// The values one after the other, each as long as its parameter says.
    private(set) var values: [UInt8] = []
    private(set) var parameters: [Parameter] = []
    /// Why this statement can't be sent; reported when it is run, as interpolation cannot throw.
    private(set) var fault: PostgresEncodingError?

    struct Parameter: Sendable {
        static let nullLength: Int32 = -1

        var type: PostgresType
        /// Bytes in `values`, or `nullLength`.
        var length: Int32
        /// Where its `$` stands in the text, in bytes.
        var position: Int
    }

    /// The protocol counts them with 16 bits.
    static let parametersMax = 65_535

    init(text: String) { self.text = text }

    /// Text as it stands, for what is written in this repository: a migration, a generated list of columns.
    /// Never for anything that came from outside.
    public static func trusted(_ text: String) -> SQL { SQL(text: text) }

    /// The name from the leading comment, or else the statement's beginning.
    public var label: String {
        let (comment, statement) = parts
        if let comment { return comment.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        let words = statement.split(maxSplits: 6, whereSeparator: \.isWhitespace).prefix(6)
        return "\"\(words.joined(separator: " ").prefix(Self.labelCharactersMax))…\""
    }

    /// Whether it can only read, as far as its first word tells (a SELECT that calls a writing function counts
    /// as reading). Decides what a connection lost in flight means: an error, or an unknown outcome.
    var isReading: Bool {
        ["SELECT", "SHOW", "VALUES", "TABLE"].contains(parts.statement.prefix { $0.isLetter }.uppercased())
    }

    private static let labelCharactersMax = 60

    /// The leading comment and what follows it. Not on the hot path.
    private var parts: (comment: Substring?, statement: Substring) {
        let trimmed = text.drop(while: \.isWhitespace)
        guard trimmed.hasPrefix("/*"),
            let end = trimmed.indices.first(where: { trimmed[$0...].hasPrefix("*/") })
        else { return (nil, trimmed) }
        let statement = trimmed[end...].dropFirst(2).drop(while: \.isWhitespace)
        return (trimmed[..<end].dropFirst(2), statement)
    }
}

// MARK: - Building

extension SQL: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(text: text) }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = SQL(text: "")

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            sql.parameters.reserveCapacity(interpolationCount)
            sql.values.reserveCapacity(16 * interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { sql.text += literal }

        /// Binds `value` to the next `$n`.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) { sql.bind(value) }

        /// Binds `value`, or NULL. (Without an overload for optionals the compiler warns of each.)
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { sql.bind(value) }

        /// Puts in another piece of SQL; its parameters are numbered on from here.
        public mutating func appendInterpolation(sql piece: SQL) { sql.append(piece) }

        /// Puts in the name of a table, column or channel, quoted.
        public mutating func appendInterpolation(identifier name: String) {
            sql.text +=
                "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
        }
    }

    /// Appends another piece of SQL; its parameters are numbered on from here.
    public mutating func append(_ piece: SQL) {
        let source = piece.text
        var copied = source.startIndex
        for (index, var parameter) in piece.parameters.enumerated() {
            let start = source.utf8.index(source.utf8.startIndex, offsetBy: parameter.position)
            text += source[copied..<start]
            copied = source.utf8.index(start, offsetBy: "$\(index + 1)".utf8.count)
            parameter.position = text.utf8.count
            parameters.append(parameter)
            text += "$\(parameters.count)"
        }
        text += source[copied...]
        values += piece.values
        fault = fault ?? piece.fault
        checkCount()
    }

    private mutating func bind(_ value: some PostgresEncodable) {
        let start = values.count
        var length = Parameter.nullLength
        if !value.isPostgresNull {
            do throws(PostgresEncodingError) {
                try value.encode(into: &values)
                guard let bytes = Int32(exactly: values.count - start) else { throw .tooLong }
                length = bytes
            } catch {
                fault = fault ?? error
                values.removeSubrange(start...)
            }
        }
        parameters.append(Parameter(type: type(of: value).postgresType, length: length, position: text.utf8.count))
        text += "$"
        text += String(parameters.count)
        checkCount()
    }

    private mutating func checkCount() {
        if parameters.count > Self.parametersMax { fault = fault ?? .tooManyParameters }
    }
}
