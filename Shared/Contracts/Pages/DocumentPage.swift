internal import JSON

/// What the documents' pages have in common: HTML without script, and without a byte from elsewhere.
public enum DocumentPage {
    /// The one style of all pages. A browser may apply it because the answer's policy names its digest.
    public static let style = """
        :root{color-scheme:light dark}
        body{font:16px/1.5 system-ui,sans-serif;margin:0}
        main{max-width:60rem;margin:0 auto;padding:0 1rem 4rem}
        h2,h3,code,td{overflow-wrap:anywhere}
        h2{margin-top:3rem;padding-top:1rem;border-top:1px solid #8888}
        h3{margin:2rem 0 .5rem}
        code,pre{font:.875em/1.5 ui-monospace,monospace}
        pre{padding:.75rem;overflow-x:auto;background:#8882;border-radius:.25rem}
        table{border-collapse:collapse;width:100%}
        th,td{text-align:left;vertical-align:top;padding:.375rem .75rem .375rem 0;border-bottom:1px solid #8884}
        td:first-child{min-width:7rem}
        td table{margin-top:.25rem}
        td td,td th{border:0;padding-top:0}
        @media(max-width:40rem){body{font-size:14px}td,th{padding-right:.5rem}}
        """

    static func html(title: String, _ content: (inout Markup) -> Void) -> String {
        var page = Markup()
        page.tag("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        page.tag("<meta name=\"viewport\" content=\"width=device-width\">")
        page.element("title", title)
        // Nothing in it is escaped: it is the text that the policy's digest is of.
        page.tag("<style>")
        page.write(style)
        page.tag("</style></head><body>")
        page.element("main") { main in
            main.element("h1", title)
            content(&main)
        }
        page.tag("</body></html>\n")
        return page.text
    }
}

extension JSONValue {
    /// As one reads it: a member a line, short lists and objects on one.
    func indented(by depth: Int = 0) -> String {
        let flat = String(decoding: JSON.encode(self), as: UTF8.self)
        let parts: [String]
        switch self {
        case .object(let object) where flat.utf8.count > Self.lineBytesMax:
            parts = object.members.map { "\(JSONValue.string($0.key).indented()): \($0.value.indented(by: depth + 1))" }
        case .array(let elements) where flat.utf8.count > Self.lineBytesMax:
            parts = elements.map { $0.indented(by: depth + 1) }
        default: return flat
        }
        let margin = String(repeating: "  ", count: depth)
        let lines = parts.map { "\(margin)  \($0)" }.joined(separator: ",\n")
        return objectValue != nil ? "{\n\(lines)\n\(margin)}" : "[\n\(lines)\n\(margin)]"
    }

    private static let lineBytesMax = 60
}
