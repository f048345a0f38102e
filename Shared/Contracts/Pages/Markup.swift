/// Writes HTML. Whatever comes from a document is escaped; tags are literals of this module alone.
struct Markup {
    private(set) var text = ""

    /// Text, escaped: the same inside an element and inside an attribute's quotes.
    mutating func write(_ text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": self.text += "&lt;"
            case ">": self.text += "&gt;"
            case "&": self.text += "&amp;"
            case "\"": self.text += "&quot;"
            default: self.text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Tags of ours, as they stand.
    mutating func tag(_ tags: StaticString) { text += "\(tags)" }

    /// - Parameter id: what links of the page lead to.
    mutating func element(_ name: StaticString, id: String? = nil, _ content: (inout Markup) -> Void) {
        text += "<\(name)"
        if let id { attribute("id", id) }
        text += ">"
        content(&self)
        text += "</\(name)>"
    }

    mutating func element(_ name: StaticString, id: String? = nil, _ content: String) {
        element(name, id: id) { $0.write(content) }
    }

    mutating func paragraph(_ sentence: String) { element("p", sentence) }

    mutating func code(_ code: String) { element("code", code) }

    /// Program text of several lines. Who has no mouse moves it by the keys.
    mutating func block(_ code: String) {
        text += "<pre tabindex=\"0\">"
        write(code)
        text += "</pre>"
    }

    /// - Parameter address: `#id` of the same page, or relative to it.
    mutating func link(_ address: String, _ label: String) {
        text += "<a"
        attribute("href", address)
        text += ">"
        write(label)
        text += "</a>"
    }

    /// - Parameter columns: what the cells are; none for a table within another one.
    mutating func table(_ columns: [String] = [], _ rows: (inout Markup) -> Void) {
        element("table") { table in
            if !columns.isEmpty {
                table.element("thead") { head in
                    head.element("tr") { row in
                        for column in columns {
                            row.tag("<th scope=\"col\">")
                            row.write(column)
                            row.tag("</th>")
                        }
                    }
                }
            }
            table.element("tbody", rows)
        }
    }

    /// Each cell writes itself.
    mutating func row(_ name: (inout Markup) -> Void, _ what: (inout Markup) -> Void) {
        element("tr") { row in
            row.element("td", name)
            row.element("td", what)
        }
    }

    private mutating func attribute(_ name: StaticString, _ value: String) {
        text += " \(name)=\""
        write(value)
        text += "\""
    }
}
