import Testing

/// What the sources register, and what the operators' list of it says.
@Suite("The list of metrics")
struct MetricsDocumentTests {
    private static let path = "Shared/ServiceShell/Metrics/README.md"

    @Test("Every metric is listed with its kind, labels and meaning as the source has them, and nothing else is")
    func complete() {
        let declared = Set(SourceTree.swift.filter { $0.path.hasPrefix("S") }.flatMap { Self.rows(of: $0.lines) })
        let listed = SourceTree.text(Self.path).split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        #expect(declared.count > 40)
        #expect(Set(listed).count == listed.count)
        for row in declared.subtracting(listed).sorted() { Issue.record("not listed in \(Self.path): \(row)") }
        for row in Set(listed).subtracting(declared).sorted() { Issue.record("listed, but nowhere registered: \(row)") }
        #expect(listed == listed.sorted(), "in the order of their names")
    }

    @Test("A declaration is read whole: over lines, with labels, bounds and a help text in pieces")
    func reading() {
        let text = #"""
            a = metrics.counter("a_total", help: "All.")
            b = metrics.histogram(
                "b_seconds", labels: ["x", "y"], bounds: [1, 2],
                help: "Time, "
                    + "taken.")
            metrics.gauge("c", help: "Read.") { nil }
            words.counter("no metric")
            """#
        #expect(
            Self.rows(of: text.split(separator: "\n")) == [
                "| `a_total` | counter | | All. |", "| `b_seconds` | histogram | x, y | Time, taken. |",
                "| `c` | gauge | | Read. |",
            ])
    }

    /// The rows of the list that a file's declarations make.
    private static func rows(of lines: [Substring]) -> [String] {
        let declaration =
            /\.(counter|gauge|histogram)\(\s*"([a-z_]+)",\s*(?:labels: \[([^\]]*)\],\s*)?(?:bounds: [^"]*?,\s*)?help:\s*((?:"[^"]*"[\s+]*)+)/
        return lines.joined(separator: "\n").matches(of: declaration).map { match in
            let labels = match.3.map { literals(in: $0).joined(separator: ", ") } ?? ""
            let help = literals(in: match.4).joined()
            return "| `\(match.2)` | \(match.1) |\(labels.isEmpty ? "" : " \(labels)") | \(help) |"
        }
    }

    private static func literals(in text: Substring) -> [String] {
        text.matches(of: /"([^"]*)"/).map { String($0.1) }
    }
}
