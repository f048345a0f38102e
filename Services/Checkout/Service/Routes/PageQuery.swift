internal import Contracts
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Postgres
internal import ServiceShell

/// How long the pages of a list are.
enum PageLimits {
    static let range = 1...200
    static let usual = 50
}

/// What part of a list is asked for: behind which entry, and how many at the most.
struct PageQuery<Tag: Sendable>: Sendable {
    var after: Identifier<Tag>?
    var limit = PageLimits.usual

    init() {}

    init(_ request: Request) throws(Problem) {
        after = try request.query("cursor") { try? Identifier($0) }
        limit =
            try request.query("limit") { Int($0).flatMap { PageLimits.range.contains($0) ? $0 : nil } }
            ?? PageLimits.usual
    }

    /// One more than the page has, to see whether there are more.
    var rowsMax: Int64 { Int64(limit) + 1 }
}

extension Principal {
    /// Whose things the caller sees: its institution's, or, where this is nil, everybody's: an operator's.
    var scope: InstitutionID? {
        get throws(Problem) {
            if roles.contains(.operator) { return nil }
            guard let institution else { throw .noInstitution }
            return institution
        }
    }
}

extension Response {
    /// `{"grants": […], "next": "…"}` of the rows that `PageQuery.rowsMax` led to.
    static func page<Tag>(
        _ name: String, _ rows: Rows, _ page: PageQuery<Tag>, _ entry: (Row) throws -> (Identifier<Tag>, [UInt8])
    ) throws -> Response {
        var writer = JSONWriter(capacity: 4_096)
        var last: Identifier<Tag>?
        writer.beginObject()
        writer.key(name)
        writer.beginArray()
        for row in rows.prefix(page.limit) {
            let (id, json) = try entry(row)
            last = id
            writer.raw(json)
        }
        writer.endArray()
        if rows.count > page.limit, let last { writer.member("next", last.text) }
        writer.endObject()
        return .json(writer.bytes, headers: ["Cache-Control": "no-store"])
    }
}

extension [Operation.Parameter] {
    static let page: [Operation.Parameter] = [
        .query(
            "limit", .integer(Int64(PageLimits.range.lowerBound)...Int64(PageLimits.range.upperBound)),
            says: "How many a page has at the most: \(PageLimits.usual) where nothing is said."),
        .query("cursor", .id, says: "What `next` of the page before said."),
    ]
}

extension Schema {
    /// `{"grants": […], "next": "…"}`.
    static func page(_ name: String, of entry: Schema) -> Schema {
        .object([
            .required(name, .array(entry, Bounds(max: PageLimits.range.upperBound))),
            .optional("next", .described("The cursor of the next page; absent on the last.", .id)),
        ])
    }

    /// Where something is found.
    static func link(_ path: String) -> Schema {
        .object([
            .required("id", .id), .required("href", .text(like: "\(path)/0190b5a8-7c00-7000-8000-000000000001")),
        ])
    }
}
