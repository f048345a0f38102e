internal import CatalogDomain
internal import FilmClubModel
internal import JSON
internal import Messaging
internal import Postgres

/// A run as it is shown: `{"id":"…","state":"applying","done":12000,"of":100002}`, with `summary` when it is checked or
/// applied and with `errors` when it is refused.
struct ImportRunDocument: Sendable {
    let id: ImportRunID
    let state: ImportRunState
    let done: Int64
    let total: Int64
    let traceparent: String?
    private let summary: [UInt8]?
    private let errors: [UInt8]?

    static let columns: SQL = "id, state, done, total, summary, errors, traceparent"

    init(_ row: Row) throws {
        id = try row.get("id")
        let state: String = try row.get("state")
        guard let known = ImportRunState(rawValue: state) else {
            throw UnreadableRow("an import run has the state \(state), which this build does not know")
        }
        self.state = known
        done = try row.get("done")
        total = try row.get("total")
        traceparent = try row.get("traceparent")
        summary = try row.get("summary", as: JSONText?.self)?.bytes
        errors = try row.get("errors", as: JSONText?.self)?.bytes
    }

    var location: String { "/v1/import-runs/\(id)" }

    var json: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        writer.member("id", id.text)
        writer.member("state", state.rawValue)
        writer.member("done", done)
        writer.member("of", total)
        if let summary {
            writer.key("summary")
            writer.raw(summary)
        }
        if let errors {
            writer.key("errors")
            writer.raw(errors)
        }
        writer.endObject()
        return writer.bytes
    }
}
