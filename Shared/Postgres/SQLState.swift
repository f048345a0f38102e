/// Names for the SQLSTATEs that people meet (PostgreSQL documentation, appendix A).
enum SQLState {
    static let cachedPlanChanged = "0A000"
    static let unknownStatement = "26000"

    static func name(of code: String) -> String { names[code] ?? classes[String(code.prefix(2))] ?? "error" }

    /// Classes whose messages carry no stored or bound value: they speak of the statement's own words, of
    /// privileges, of resources, of the server.
    static func messageQuotesValues(_ code: String) -> Bool {
        !["0A", "08", "25", "26", "28", "3D", "40", "42", "53", "54", "55", "57", "58", "XX"]
            .contains(String(code.prefix(2)))
    }

    private static let names: [String: String] = [
        "22001": "string too long",
        "22003": "number out of range",
        "22012": "division by zero",
        "22021": "character not in repertoire",
        "22P02": "invalid text representation",
        "22P03": "invalid binary representation",
        "23502": "not null violation",
        "23503": "foreign key violation",
        "23505": "unique violation",
        "23514": "check violation",
        "23P01": "exclusion violation",
        "25P02": "statement in a failed transaction",
        "25P03": "idle in transaction too long",
        "40001": "serialization failure",
        "40P01": "deadlock",
        "42501": "insufficient privilege",
        "42601": "syntax error",
        "42703": "undefined column",
        "42804": "datatype mismatch",
        "42883": "undefined function",
        "42P01": "undefined table",
        "42P07": "duplicate table",
        "53300": "too many connections",
        "55P03": "lock not available",
        "57014": "statement cancelled or timed out",
        "57P01": "ended by the administrator",
        "57P03": "server is starting or stopping",
        "P0001": "raised exception",
    ]

    private static let classes: [String: String] = [
        "08": "connection exception",
        "0A": "feature not supported",
        "21": "cardinality violation",
        "22": "data exception",
        "23": "integrity constraint violation",
        "25": "invalid transaction state",
        "28": "authentication refused",
        "2B": "dependent objects exist",
        "3D": "unknown database",
        "40": "transaction rolled back",
        "42": "syntax or access error",
        "53": "insufficient resources",
        "54": "limit exceeded",
        "55": "object not in the needed state",
        "57": "operator intervention",
        "58": "system error",
        "XX": "internal error",
    ]
}
