import Testing

@Suite("The house's style")
struct StyleTests {
    static let sources = SourceTree.swiftFiles(below: "Shared") + SourceTree.swiftFiles(below: "Services")
    static let tests = SourceTree.swiftFiles(below: "Tests")

    @Test("There is something to check")
    func somethingToCheck() {
        #expect(Self.sources.count > 100)
        #expect(Self.tests.count > 20)
    }

    @Test("The top level is exactly what the design says")
    func topLevel() {
        let visible = SourceTree.names(in: "").filter { !$0.hasPrefix(".") }
        #expect(Set(visible) == ["Package.swift", "README.md", "Services", "Shared", "Tests", "deploy"])
    }

    @Test(
        "Each C library has one door",
        arguments: [
            ("CLinux", "Shared/Reactor/"), ("CLibPQ", "Shared/Postgres/"), ("CRDKafka", "Shared/Kafka/"),
            ("CMicroHTTP", "Shared/HTTP/Server/"), ("CCurl", "Shared/HTTP/Client/"), ("CCrypto", "Shared/JOSE/"),
        ])
    func oneDoor(library: String, door: String) {
        let importers = Self.sources.filter { $0.imports.contains(library) }
        #expect(!importers.isEmpty)
        for file in importers { #expect(file.path.hasPrefix(door), "\(file) imports \(library)") }
    }

    @Test(
        "A service imports the shared modules and itself, never another service",
        arguments: ["Catalog", "Cart", "Checkout", "StreamingEntitlement"])
    func serviceImports(service: String) {
        let system: Set = ["FoundationEssentials", "Glibc", "Synchronization"]
        let domain = system.union(["FilmClubModel"])
        let shell = domain.union([
            "\(service)Domain", "Messaging", "Postgres", "Kafka", "HTTPServer", "HTTPClient", "JOSE", "JSON",
            "ServiceShell",
        ])
        let main: Set = ["\(service)Service", "ServiceShell"]
        for (folder, allowed) in [("Domain", domain), ("Service", shell), ("Main", main)] {
            for file in Self.sources where file.path.hasPrefix("Services/\(service)/\(folder)/") {
                let wrong = Set(file.imports).subtracting(allowed)
                #expect(wrong.isEmpty, "\(file) imports \(wrong.sorted())")
            }
        }
    }

    @Test("The operator's command reaches the services over HTTP and their stores, not through their code")
    func operatorImports() {
        let allowed: Set = [
            "FilmClubModel", "FoundationEssentials", "Glibc", "HTTPClient", "JOSE", "JSON", "Kafka", "OperatorCommand",
            "Postgres", "Reactor", "ServiceShell",
        ]
        for file in Self.sources where file.path.hasPrefix("Services/Operator/") {
            let wrong = Set(file.imports).subtracting(allowed)
            #expect(wrong.isEmpty, "\(file) imports \(wrong.sorted())")
        }
    }

    @Test("Nobody imports the whole of Foundation")
    func noFoundation() {
        for file in Self.sources { #expect(!file.imports.contains("Foundation"), "\(file)") }
    }

    @Test("A file is one idea: at most 300 lines")
    func fileLength() {
        for file in Self.sources { #expect(file.lines.count <= 301, "\(file) has \(file.lines.count) lines") }
    }

    @Test("A function is at most 70 lines")
    func functionLength() {
        for file in Self.sources + Self.tests {
            for (name, length) in Functions(of: file).lengths where length > 70 {
                Issue.record("\(file): \(name) has \(length) lines")
            }
        }
    }

    @Test("No file is named for a heap of leftovers")
    func fileNames() {
        for file in Self.sources {
            let name = file.path.split(separator: "/").last ?? ""
            for word in ["Utils", "Utilities", "Helper", "Common", "Manager", "Placeholder"] {
                #expect(!name.contains(word), "\(file)")
            }
        }
    }

    @Test("Only commands print, and nothing is left to be done")
    func noPrint() {
        for file in Self.sources {
            for (number, line) in file.lines.enumerated() {
                let place = "\(file):\(number + 1)"
                if !file.path.hasPrefix("Services/Operator/") {
                    #expect(!line.trimmedStart.hasPrefix("print("), "\(place) prints")
                }
                #expect(!line.contains("TO" + "DO") && !line.contains("FIX" + "ME"), "\(place)")
            }
        }
    }

    @Test("Each unchecked Sendable states its proof")
    func sendableProofs() {
        for file in Self.sources {
            for (number, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") && !line.trimmedStart.hasPrefix("//") {
                // In the comment above the declaration.
                let comment = file.lines[max(0, number - 14)..<number]
                #expect(
                    comment.contains { $0.trimmedStart.hasPrefix("//") && $0.contains("Sendable") },
                    "\(file):\(number + 1) has no proof")
            }
        }
    }
}

/// The functions of a file and how many lines each takes, by the indentation that `swift format` enforces.
private struct Functions {
    private(set) var lengths: [(name: String, length: Int)] = []

    init(of file: SourceTree.File) {
        for (index, line) in file.lines.enumerated() {
            let text = line.trimmedStart
            let indentation = line.count - text.count
            guard Self.begins(text) else { continue }
            let end = file.lines[(index + 1)...].firstIndex { other in
                other.count - other.trimmedStart.count == indentation && other.trimmedStart.hasPrefix("}")
            }
            guard let end, !line.hasSuffix("}") else { continue }
            lengths.append((String(text.prefix(60)), end - index + 1))
        }
    }

    private static func begins(_ text: Substring) -> Bool {
        let words = text.prefix { $0 != "(" && $0 != "{" }.split(separator: " ")
        return words.contains { $0 == "func" || $0.hasPrefix("init") || $0 == "deinit" }
            && !text.hasPrefix("//") && !text.hasPrefix("let ") && !text.hasPrefix("case ")
    }
}

extension Substring {
    fileprivate var trimmedStart: Substring { drop { $0 == " " } }
}
