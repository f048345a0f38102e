internal import FilmClubModel
internal import JSON

/// An import file, read and in itself without contradiction; it knows where in its text each part stands.
struct ImportFile {
    static let bytesMax = 64 << 20

    let document: ImportDocument
    private let path: String
    private let text: JSONNode

    /// Throws every fault that can be found at once, each with its line, column and field.
    init(_ path: String) throws {
        try self.init(path, bytes: OutputFile.read(path, bytesMax: Self.bytesMax))
    }

    init(_ path: String, bytes: [UInt8]) throws(ImportRefused) {
        self.path = path
        var faults: [JSONError] = []
        do throws(JSONError) {
            text = try JSONDocument(parsing: bytes, limits: JSONLimits(bytesMax: Self.bytesMax)).root
            try Self.checkLists(of: text)
        } catch {
            throw ImportRefused(lines: [Self.line(path, error)])
        }
        document = ImportDocument(
            films: Self.read("films", of: text, &faults), programmes: Self.read("programmes", of: text, &faults),
            institutions: Self.read("institutions", of: text, &faults), media: Self.read("media", of: text, &faults),
            people: text["people"] == nil ? nil : Self.read("people", of: text, &faults),
            taxes: text["taxes"] == nil ? nil : Self.read("taxes", of: text, &faults))
        guard faults.isEmpty else {
            throw ImportRefused(lines: faults.prefix(ImportDocument.problemsMax).map { Self.line(path, $0) })
        }
        let problems = document.problems()
        guard problems.isEmpty else {
            throw ImportRefused(lines: problems.map { place($0.path, $0.sentence) })
        }
    }

    /// `catalogue.json:14:9: films[0].slug: …`
    func place(_ field: String, _ sentence: String) -> String {
        let node = text.nearest(to: field)
        return "\(path):\(node.line):\(node.column): \(field): \(sentence)"
    }

    private static func checkLists(of text: JSONNode) throws(JSONError) {
        guard text.isObject else { throw text.refused("an import file is an object") }
        for (key, node) in text.members {
            guard ImportDocument.lists.contains(key) else {
                let known = ImportDocument.lists.joined(separator: ", ")
                throw node.refused("there is no such list; known are \(known)")
            }
            guard node.isArray else { throw node.refused("a list expected") }
        }
    }

    private static func read<Item: Decodable>(_ list: String, of text: JSONNode, _ faults: inout [JSONError]) -> [Item]
    {
        var items: [Item] = []
        for element in text[list]?.elements ?? [] {
            do throws(JSONError) {
                items.append(try element.decode(Item.self, userInfo: ImportDocument.decoderInfo))
            } catch {
                faults.append(error)
            }
        }
        return items
    }

    private static func line(_ path: String, _ error: JSONError) -> String {
        let field = error.path.isEmpty ? "" : "\(error.path): "
        return "\(path):\(error.line):\(error.column): \(field)\(error.message)"
    }
}

/// The file cannot be imported, and nothing of it was.
struct ImportRefused: Error, CustomStringConvertible {
    let lines: [String]
    var description: String { (lines + ["Nothing was imported."]).joined(separator: "\n") }
}
