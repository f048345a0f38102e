extension Rule {
    static let code: [Rule] = [noForceUnwrap, noForceTry, noPrint, nothingLeft, sendableProof, promises]

    private static let noForceUnwrap = Rule(
        "Nothing is forced: no `!` behind a value or a type",
        breach: ("Shared/JSON/Breach.swift", #"let text = "\(names.first!)""# + "\n"),
        lookalike: (
            "Shared/JSON/Fine.swift",
            #"let text = "Stop!" // now!"# + "\n" + #"if !isOpen, a != b, a !== b, [!a] != [] { say("no!") }"# + "\n"
        ),
        applies: everyFile,
        faults: eachLine { line in
            var previous: Character = " "
            for (index, character) in zip(line.indices, line) {
                let isBehindValue = previous.isPartOfName || [")", "]", "}", "?", "\"", ">"].contains(previous)
                if character == "!", isBehindValue, !line[index...].hasPrefix("!=") {
                    return "forces: \(line.trimmedStart)"
                }
                previous = character
            }
            return nil
        })

    private static let noForceTry = Rule(
        "No error is forced away: no `try!`",
        breach: ("Tests/JSONTests/Breach.swift", "let value = try! read()\n"),
        lookalike: ("Tests/JSONTests/Fine.swift", "let value = try read() // never try!\n"),
        applies: everyFile,
        faults: eachLine { $0.contains("try!") ? "forces: \($0.trimmedStart)" : nil })

    private static let noPrint = Rule(
        "Only commands print",
        breach: ("Shared/JSON/Breach.swift", "    if verbose { print(\"done\") }\n"),
        lookalike: ("Shared/JSON/Fine.swift", "writer.print(line)\nlet footprint = fingerprint(of: page)\n"),
        applies: { sources($0) && !$0.hasPrefix("Services/Operator/") },
        faults: eachLine { line in
            ["print", "debugPrint", "dump"].contains { line.hasWord($0, notAfter: ["."]) && line.contains($0 + "(") }
                ? "prints: \(line.trimmedStart)" : nil
        })

    /// The marks of what is left to be done, in comments too. In halves, or this file would break its own rule.
    static let leftToDo = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    private static let nothingLeft = Rule(
        "Nothing is left to be done",
        breach: ("Shared/JSON/Breach.swift", "// \(leftToDo[0]): the other half\n"),
        lookalike: ("Shared/JSON/Fine.swift", "let method = \"methodology\" // hacks nothing\n"),
        applies: everyFile
    ) { file in
        file.lines.enumerated().compactMap { index, line in
            leftToDo.first { line.hasWord($0) }.map { Fault(line: index + 1, text: "says \($0)") }
        }
    }

    private static let sendableProof = Rule(
        "Each unchecked Sendable states its proof",
        breach: ("Shared/JSON/Breach.swift", "/// A box.\nfinal class Box: @unchecked Sendable {\n"),
        lookalike: (
            "Shared/JSON/Fine.swift",
            "/// `@unchecked Sendable`: never changed after `init`.\n@safe\nfinal class Box: @unchecked Sendable {\n"
        ),
        applies: sources
    ) { file in
        file.code.indices.filter { file.code[$0].contains("@unchecked Sendable") }.compactMap { index in
            // Up over the declaration's own first lines and attributes to the comment that stands on it.
            let above = file.lines[..<index].reversed().drop { line in
                let text = line.trimmedStart
                return !text.isEmpty && !text.hasPrefix("//") && !text.hasPrefix("}")
            }
            let comment = above.prefix { $0.trimmedStart.hasPrefix("//") }
            return comment.contains { $0.contains("Sendable") } ? nil : Fault(line: index + 1, text: "gives no proof")
        }
    }

    private static let promises = Rule(
        "A test says in a sentence what is promised",
        breach: ("Tests/JSONTests/Breach.swift", "    @Test func numbers() {}\n"),
        lookalike: ("Tests/JSONTests/Fine.swift", "    @Test(\n        \"Exactly\")\n    func numbers() {}\n"),
        applies: below("Tests")
    ) { file in
        file.code.indices.filter { file.code[$0].hasWord("@Test") }.compactMap { index in
            let rest = file.code[index...].prefix(2).joined(separator: " ")
            let compact = rest.filter { $0 != " " }
            return compact.contains("@Test(\"") ? nil : Fault(line: index + 1, text: "promises nothing")
        }
    }
}
