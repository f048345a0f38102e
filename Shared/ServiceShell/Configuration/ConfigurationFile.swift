/// The lines of a `--config` file: `KEY=value`, blank lines, and comments that begin with `#`. White space around key
/// and value goes; there is no quoting, so that what is written is what is meant.
struct ConfigurationFile {
    private var values: [String: (text: String, line: Int)] = [:]
    private(set) var problems: [String] = []

    init(_ text: String) {
        // By scalars: to Swift's characters "\r\n" is one, and no line feed.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, raw) in lines.enumerated() {
            let line = Self.trimmed(Substring(raw))
            guard !line.isEmpty, line.first != "#" else { continue }
            guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
                problems.append("Line \(index + 1) of the configuration file is not of the form KEY=value.")
                continue
            }
            let name = String(Self.trimmed(line[..<equals]))
            if let first = values[name] {
                problems.append(
                    "Line \(index + 1) of the configuration file sets \(name) again (after line \(first.line)).")
                continue
            }
            values[name] = (String(Self.trimmed(line[line.index(after: equals)...])), index + 1)
        }
    }

    subscript(name: String) -> (text: String, line: Int)? { values[name] }

    /// A key nobody declared is a typing mistake, and one that would be found late.
    mutating func checkNames(against declarations: [KeyDeclaration]) {
        var known = Set(declarations.map(\.name))
        known.formUnion(declarations.filter(\.isSecret).map(\.fileName))
        for (name, value) in values.sorted(by: { $0.value.line < $1.value.line }) where !known.contains(name) {
            problems.append(
                "Line \(value.line) of the configuration file sets \(name), which this service does not know; "
                    + "--help lists every key.")
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" || first == "\r" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" || last == "\r" { text.removeLast() }
        return text
    }
}
