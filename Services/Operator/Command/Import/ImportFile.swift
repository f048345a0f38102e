internal import FilmClubModel
internal import JSON

/// An import file that was read once from end to end, and is in itself without contradiction. Nothing of it is kept but
/// how much there is: whoever needs an element reads the file again.
struct ImportFile: Sendable {
    /// How many elements each list has; nil for one that is not there.
    let counts: [String: Int]
    private let text: ImportText

    /// Throws every fault that can be found at once, each with its line, column and field.
    init(_ path: String, _ progress: (Int) -> Void = { _ in }) throws {
        try self.init(try ImportText(path: path), progress)
    }

    init(_ text: ImportText, _ progress: (Int) -> Void = { _ in }) throws {
        self.text = text
        var reader = ElementReader(text)
        var check = ElementCheck()
        var counts: [String: Int] = [:]
        var faults: [ImportFault] = []
        var read = 0
        while faults.count < ImportDocument.problemsMax, let found = try reader.next() {
            switch found {
            case .list(let list): counts[list] = 0
            case .fault(let fault): faults.append(fault)
            case .element(let element):
                faults += check.faults(of: element)
                counts[element.list, default: 0] += 1
                read += 1
                progress(read)
            }
        }
        guard faults.isEmpty else {
            throw ImportRefused(lines: faults.prefix(ImportDocument.problemsMax).map { $0.line(in: text.path) })
        }
        self.counts = counts
    }

    func count(of lists: Set<String>) -> Int { lists.reduce(0) { $0 + (counts[$1] ?? 0) } }

    /// Hands out the elements of these lists in the file's order. They were found to be good before.
    func eachElement(of lists: Set<String>, _ body: (ElementReader.Element) async throws -> Void) async throws {
        var reader = ElementReader(text)
        while let found = try reader.next() {
            if case .element(let element) = found, lists.contains(element.list) { try await body(element) }
        }
    }

    /// Where these fields stand in the file, as lines to be shown. For what a service has found.
    func lines(_ problems: [(path: String, message: String)]) throws -> [String] {
        var wanted: [String: [Int]] = [:]
        for (index, problem) in problems.enumerated() {
            wanted[String(problem.path.prefix { $0 != "]" }) + "]", default: []].append(index)
        }
        var lines = problems.map { "\(text.path): \($0.path.isEmpty ? "" : "\($0.path): ")\($0.message)" }
        var reader = ElementReader(text)
        while let found = try reader.next() {
            guard case .element(let element) = found, let indices = wanted[element.path] else { continue }
            let root = try JSONDocument(
                parsing: element.bytes, limits: JSONLimits(bytesMax: ElementReader.elementBytesMax)
            ).root
            for index in indices {
                let (path, message) = problems[index]
                let node = root.nearest(to: String(path.dropFirst(element.path.utf8.count)))
                let place = element.place.adding(line: node.line, column: node.column)
                lines[index] = ImportFault(path, place, message).line(in: text.path)
            }
        }
        return lines
    }
}

/// The file cannot be imported, and nothing of it was.
struct ImportRefused: Error, CustomStringConvertible {
    let lines: [String]
    var description: String { (lines + ["Nothing was imported."]).joined(separator: "\n") }
}
