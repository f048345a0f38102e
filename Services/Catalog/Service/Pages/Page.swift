internal import HTTPServer

/// A film or programme as it is served: the stored bytes, and a name for exactly these bytes.
struct Page: Sendable {
    /// Strong (RFC 9110 §8.8.3). It names the id too: a slug may come to mean another film.
    let entityTag: String
    private let found: Response
    private let notModified: Response

    init(id: String, version: Int64, document: [UInt8]) {
        entityTag = "\"\(id).\(version)\""
        // A cache may keep it and has to ask whether it is still true.
        let headers: ResponseHeaders = ["ETag": entityTag, "Cache-Control": "no-cache"]
        found = .json(document, headers: headers)
        notModified = Response(status: 304, headers: headers)
    }

    var bytes: Int64 { found.body.count }

    /// 200 with the document; 304 for a client that has it.
    func answer(to request: Request) -> Response {
        guard let known = request.headers["If-None-Match"] else { return found }
        return Self.names(known, entityTag) ? notModified : found
    }

    /// Weak comparison, as RFC 9110 §13.1.2 asks for.
    private static func names(_ list: String, _ tag: String) -> Bool {
        list.split(separator: ",").contains { entry in
            var entry = entry.drop { $0 == " " || $0 == "\t" }
            while entry.last == " " || entry.last == "\t" { entry.removeLast() }
            return entry == "*" || entry == tag || entry == "W/" + tag
        }
    }
}
