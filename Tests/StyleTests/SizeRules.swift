extension Rule {
    static let sizes: [Rule] = [fileLength, functionLength, names]

    static let fileLinesMax = 300
    static let functionLinesMax = 70

    private static let fileLength = Rule(
        "A file is one idea: at most \(fileLinesMax) lines",
        breach: ("Shared/JSON/Breach.swift", String(repeating: "// A line.\n", count: fileLinesMax + 1)),
        lookalike: ("Shared/JSON/Fine.swift", String(repeating: "// A line.\n", count: fileLinesMax)),
        applies: everyFile
    ) { file in
        // The last line ends with a line feed, and nothing comes behind it.
        let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
        return count <= fileLinesMax ? [] : [Fault(line: count, text: "is the last of \(count) lines")]
    }

    private static let functionLength = Rule(
        "A function is at most \(functionLinesMax) lines",
        breach: ("Tests/JSONTests/Breach.swift", function(lines: functionLinesMax + 1)),
        lookalike: ("Tests/JSONTests/Fine.swift", function(lines: functionLinesMax)),
        applies: everyFile
    ) { file in
        file.functions.filter { $0.count > functionLinesMax }.map {
            Fault(line: $0.line, text: "begins a function of \($0.count) lines")
        }
    }

    private static func function(lines: Int) -> String {
        "struct Long {\n    mutating func run(\n        by steps: Int\n    ) {\n"
            + String(repeating: "        step()\n", count: lines - 4) + "    }\n}\n"
    }

    private static let names = Rule(
        "Nothing is named for a heap of leftovers",
        breach: ("Shared/JSON/Breach.swift", "public struct ConnectionManager {}\n"),
        lookalike: ("Shared/JSON/Fine.swift", "// A manager of nothing.\nstruct Managerial {}\nlet commonName = 1\n"),
        applies: everyFile
    ) { file in
        let kinds: Set<Substring> = ["class", "struct", "enum", "actor", "protocol", "extension", "typealias"]
        var faults: [Fault] = []
        for part in file.path.split(whereSeparator: { $0 == "/" || $0 == "." || $0 == "+" }) where part.isHeap {
            faults.append(Fault(line: 1, text: "is in \(part)"))
        }
        for (index, line) in file.code.enumerated() {
            let words = line.split { !$0.isPartOfName }
            for (kind, name) in zip(words, words.dropFirst())
            where kinds.contains(kind) && name.isHeap {
                faults.append(Fault(line: index + 1, text: "declares \(name)"))
            }
        }
        return faults
    }
}

extension Substring {
    /// `Utils`, `DateHelper`, `CommonNames`: whether one of its words is one that says nothing.
    fileprivate var isHeap: Bool {
        let refused: Set<String> = [
            "Util", "Utils", "Utilities", "Utility", "Helper", "Helpers", "Common", "Manager", "Managers", "Misc",
            "Placeholder",
        ]
        var words: [String] = [""]
        for character in self {
            if character.isUppercase { words.append("") }
            words[words.count - 1].append(character)
        }
        return words.contains { refused.contains($0) }
    }
}

extension SourceFile {
    /// The functions and how many lines each takes, by the indentation that `swift format` enforces.
    fileprivate var functions: [(line: Int, count: Int)] {
        code.indices.compactMap { index in
            let text = code[index].trimmedStart
            guard Self.beginsFunction(text), !code[index].hasSuffix("}") else { return nil }
            let indentation = code[index].count - text.count
            let end = code[(index + 1)...].firstIndex { line in
                // `) {` closes the parameters and not the body.
                line.count - line.trimmedStart.count == indentation && line.trimmedStart.hasPrefix("}")
            }
            return end.map { (line: index + 1, count: $0 - index + 1) }
        }
    }

    private static func beginsFunction(_ text: Substring) -> Bool {
        let words = text.prefix { $0 != "(" && $0 != "{" }.split(separator: " ")
        return words.contains { $0 == "func" || $0.hasPrefix("init") || $0 == "deinit" }
            && !text.hasPrefix("let ") && !text.hasPrefix("case ")
    }
}
