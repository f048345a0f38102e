internal import HTTPServer

/// A film or programme as it is served: the stored bytes, and a name for exactly these bytes. (Who has them already is
/// answered 304 by the listener.)
struct Page: Sendable {
    let response: Response

    init(id: String, version: Int64, document: [UInt8]) {
        response = .json(
            document,
            headers: [
                // Strong (RFC 9110 §8.8.3). It names the id too: a slug may come to mean another film.
                "ETag": "\"\(id).\(version)\"",
                // A cache may keep it and has to ask whether it is still true.
                "Cache-Control": "no-cache",
            ])
    }

    var bytes: Int64 { response.body.count }
}
