internal import HTTPServer

/// In which form a document is answered.
enum InvoiceForm: Sendable {
    case json, page

    /// The one that the client's `Accept` likes more (RFC 9110 §12.5.1); JSON where it likes both alike.
    init(accept header: String?) throws(Problem) {
        guard let header else {
            self = .json
            return
        }
        let json = Self.quality(of: "application", "json", in: header)
        let page = Self.quality(of: "text", "html", in: header)
        guard max(json, page) > 0 else {
            throw Problem(.notAcceptable, detail: "A document is answered as application/json or text/html.")
        }
        self = page > json ? .page : .json
    }

    /// By the most specific range that names the type: 0 where none does.
    private static func quality(of type: Substring, _ subtype: Substring, in header: String) -> Double {
        var best = (precision: -1, quality: 0.0)
        for range in header.lowercased().split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            let names = parts.first?.split(separator: "/", omittingEmptySubsequences: false) ?? []
            guard names.count == 2, names[0] == type || parts[0] == "*/*", names[1] == subtype || names[1] == "*" else {
                continue
            }
            let precision = (names[0] == "*" ? 0 : 1) + (names[1] == "*" ? 0 : 1)
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            let quality = weight.map { Double($0) ?? 0 } ?? 1
            if precision > best.precision { best = (precision, quality) }
        }
        return best.quality
    }
}
