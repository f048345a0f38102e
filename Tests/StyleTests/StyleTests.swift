import Testing

@Suite("The house's style")
struct StyleTests {
    static let rules = Rule.imports + Rule.sizes + Rule.code

    @Test("Every file keeps the rule", arguments: rules)
    func kept(rule: Rule) {
        let faults = SourceTree.swift.flatMap { rule.faults(in: $0) }
        #expect(faults.isEmpty, "\(rule): \(faults.joined(separator: "\n"))")
    }

    @Test("The rule can be broken, and what only looks like it is let through", arguments: rules)
    func breakable(rule: Rule) {
        #expect(!rule.faults(in: rule.breach).isEmpty, "\(rule)")
        #expect(rule.faults(in: rule.lookalike).isEmpty, "\(rule)")
    }

    @Test("There is something to check: every folder of the map, and each C library's door")
    func somethingToCheck() {
        #expect(SourceTree.swift.count { Rule.sources($0.path) } > 100)
        #expect(SourceTree.swift.count { !Rule.sources($0.path) } > 50)
        let imported = Set(SourceTree.swift.flatMap(\.imports))
        let libraries = SourceTree.names(in: "Shared/C")
        #expect(libraries.count == 6)
        for library in libraries { #expect(imported.contains(library), "nobody imports \(library)") }
    }

    @Test("A module that imports a C library is compiled with strict memory safety")
    func strictMemory() {
        let manifest = SourceTree.text("Package.swift").split(separator: "\n")
        let modules = manifest.filter { $0.trimmedStart.hasPrefix("shared(") && $0.contains("uses: [\"C") }
        #expect(modules.count == 6)
        for module in modules { #expect(module.contains("settings: strictMemory"), "\(module)") }
    }
}
