/// One rule about one file. It carries a file that breaks it, so that a test can show that it is able to fail.
struct Rule: Sendable, CustomStringConvertible {
    let promise: String
    /// A file that breaks the rule, as little as possible.
    let breach: SourceFile
    /// A file that looks like a breach and is none.
    let lookalike: SourceFile
    /// Which files it is about, by path.
    let applies: @Sendable (String) -> Bool
    /// What is wrong in a file, each with the number of its line.
    let faults: @Sendable (SourceFile) -> [Fault]

    var description: String { promise }

    struct Fault {
        let line: Int
        let text: String
    }

    init(
        _ promise: String, breach: (path: String, text: String), lookalike: (path: String, text: String),
        applies: @escaping @Sendable (String) -> Bool,
        faults: @escaping @Sendable (SourceFile) -> [Fault]
    ) {
        self.promise = promise
        self.breach = SourceFile(path: breach.path, text: breach.text)
        self.lookalike = SourceFile(path: lookalike.path, text: lookalike.text)
        self.applies = applies
        self.faults = faults
    }

    /// The faults of a file that it is about.
    func faults(in file: SourceFile) -> [String] {
        guard applies(file.path) else { return [] }
        return faults(file).map { "\(file.path):\($0.line) \($0.text)" }
    }

    // MARK: - What files a rule is about

    static let everyFile: @Sendable (String) -> Bool = { _ in true }
    static let sources: @Sendable (String) -> Bool = { !$0.hasPrefix("Tests/") }

    static func below(_ folder: String) -> @Sendable (String) -> Bool {
        { $0.hasPrefix(folder + "/") }
    }

    // MARK: - Shapes of rules

    /// Every line of code that the body names a fault in.
    static func eachLine(
        _ body: @escaping @Sendable (Substring) -> String?
    ) -> @Sendable (SourceFile) -> [Fault] {
        { file in
            file.code.enumerated().compactMap { index, line in
                body(line).map { Fault(line: index + 1, text: $0) }
            }
        }
    }

    /// Files of a folder import the named modules only.
    static func imports(_ promise: String, in folder: String, only allowed: Set<String>) -> Rule {
        Rule(
            promise,
            breach: ("\(folder)/Breach.swift", "internal import XCTest\n"),
            lookalike: ("\(folder)/Fine.swift", allowed.sorted().map { "import \($0)\n" }.joined()),
            applies: below(folder)
        ) { file in
            file.imports.filter { !allowed.contains($0) }.map { Fault(line: 1, text: "imports \($0)") }
        }
    }
}

extension Substring {
    var trimmedStart: Substring { drop { $0 == " " } }

    /// Whether the word, of ASCII letters, stands in the line as a whole, with none of `before` in front of it.
    func hasWord(_ word: String, notAfter before: Set<Character> = []) -> Bool {
        guard let first = word.utf8.first else { return false }
        var rest = utf8[...]
        while let found = rest.firstIndex(of: first) {
            rest = rest[found...]
            if rest.starts(with: word.utf8) {
                let end = utf8.index(found, offsetBy: word.utf8.count)
                let previous = found > startIndex ? self[index(before: found)] : " "
                let next = end < endIndex ? self[end] : " "
                if !previous.isPartOfName, !next.isPartOfName, !before.contains(previous) { return true }
            }
            rest = rest.dropFirst()
        }
        return false
    }
}

extension Character {
    var isPartOfName: Bool { isLetter || isNumber || self == "_" }
}
