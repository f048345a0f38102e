internal import JSON

/// JSON Schema in words, as far as a reader needs them: the document has the rest.
extension Markup {
    /// How many words of an enumeration are shown; all of them are in the document.
    private static let wordsShownMax = 12

    /// What a value may be: `integer, from 1 to 100`, `open or closed`, a link to a schema with a name.
    mutating func kind(_ schema: JSONValue?) {
        if let reference = schema?["$ref"]?.stringValue, let name = reference.split(separator: "/").last {
            link("#schema-\(name)", String(name.split(separator: ".").last ?? name))
        } else if let choices = schema?["anyOf"]?.arrayValue {
            list(choices, joinedBy: " or ") { $0.kind($1) }
        } else if let items = schema?["items"] {
            write("list of ")
            kind(items)
            if let min = schema?["minItems"]?.integerValue { write(", at least \(min)") }
            if let max = schema?["maxItems"]?.integerValue { write(", at most \(max)") }
            if schema?["uniqueItems"] == true { write(", none twice") }
        } else if let words = schema?["enum"]?.arrayValue {
            list(words.prefix(Self.wordsShownMax), joinedBy: " or ") { $0.code($1.stringValue ?? $1.indented()) }
            if words.count > Self.wordsShownMax { write(" or … (\(words.count) in all)") }
        } else if let constant = schema?["const"] {
            code(constant.stringValue ?? constant.indented())
        } else if schema?["properties"] != nil {
            members(of: schema)
        } else {
            scalar(schema)
        }
    }

    /// The members of an object, a row each.
    mutating func members(of schema: JSONValue?, _ columns: [String] = []) {
        let required = schema?["required"]?.arrayValue ?? []
        table(columns) { table in
            for (name, member) in schema?["properties"]?.objectValue?.members ?? [] {
                table.row { cell in
                    cell.code(name)
                    if !required.contains(.string(name)) { cell.element("small", " optional") }
                } _: { cell in
                    cell.kind(member)
                    if let says = member["description"]?.stringValue {
                        cell.tag("<br>")
                        cell.write(says)
                    }
                }
            }
        }
    }

    /// A schema with a name, under its heading.
    mutating func schema(_ name: String, _ schema: JSONValue) {
        if let says = schema["description"]?.stringValue { paragraph(says) }
        if schema["properties"] != nil {
            members(of: schema, ["Member", "What it is"])
        } else {
            element("p") { $0.kind(schema) }
        }
    }

    private mutating func scalar(_ schema: JSONValue?) {
        let type = schema?["type"]?.stringValue ?? "anything"
        switch schema?["format"]?.stringValue {
        case nil, "int64": write(type)
        case let format?: write(format)
        }
        for (word, keyword) in [
            (", from", "minimum"), (" to", "maximum"), (", at least", "minLength"), (", at most", "maxLength"),
        ] {
            guard let bound = schema?[keyword]?.integerValue else { continue }
            write("\(word) \(bound)")
            if keyword.hasSuffix("Length") { write(bound == 1 ? " character" : " characters") }
        }
        guard let pattern = schema?["pattern"]?.stringValue else { return }
        write(", matches ")
        code(pattern)
    }

    private mutating func list<Element>(
        _ elements: some Collection<Element>, joinedBy word: String, _ write: (inout Markup, Element) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { self.write(word) }
            write(&self, element)
        }
    }
}
