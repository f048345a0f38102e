internal import CatalogDomain
internal import FilmClubModel
internal import JSON

/// The catalog's part of an import document, read and in itself without contradiction, and where in the text each
/// part of it stands. What the document holds for other services is theirs.
struct ImportDraft: Sendable {
    let films: [Film]
    let programmes: [Programme]
    private let text: JSONNode

    /// So many items are read before others on the loop have their turn: a page is not to wait for a catalogue.
    static let itemsPerTurn = 16

    /// Throws every fault that can be found at once, up to `ImportDocument.problemsMax`.
    init(_ bytes: [UInt8], bytesMax: Int) async throws(ImportRefused) {
        do throws(JSONError) {
            text = try JSONDocument(parsing: bytes, limits: JSONLimits(bytesMax: bytesMax)).root
            try Self.checkLists(of: text)
        } catch {
            throw ImportRefused(error)
        }
        var faults: [JSONError] = []
        films = await Self.read(Film.self, of: text, &faults)
        programmes = await Self.read(Programme.self, of: text, &faults)
        guard faults.isEmpty else {
            throw ImportRefused(
                reason: .invalid, faults: faults.prefix(ImportDocument.problemsMax).map(ImportFault.init))
        }
        let problems = ImportDocument(films: films, programmes: programmes).problems()
        guard problems.isEmpty else { throw refusal(problems) }
    }

    /// Where in the text the problems are.
    func refusal(_ problems: [ImportProblem]) -> ImportRefused {
        let faults = problems.prefix(ImportDocument.problemsMax).map { problem in
            ImportFault(path: problem.path, message: problem.sentence, at: text.nearest(to: problem.path))
        }
        return ImportRefused(reason: .invalid, faults: Array(faults))
    }

    /// The document's own members, before any of their elements.
    private static func checkLists(of text: JSONNode) throws(JSONError) {
        guard text.isObject else { throw text.refused("an import document is an object") }
        let known = ImportDocument.lists
        for (key, node) in text.members {
            guard known.contains(key) else {
                throw node.refused("there is no such list; known are: \(known.joined(separator: ", "))")
            }
            guard node.isArray || node.isNull else { throw node.refused("a list expected") }
        }
        guard let people = text["people"], !people.isNull else { return }
        throw people.refused("people are not kept yet")
    }

    private static func read<Item: CatalogItem>(
        _ type: Item.Type, of text: JSONNode, _ faults: inout [JSONError]
    ) async -> [Item] {
        var items: [Item] = []
        for (index, element) in (text[Item.listName]?.elements ?? []).enumerated() {
            if index % Self.itemsPerTurn == Self.itemsPerTurn - 1 { await Task.yield() }
            do throws(JSONError) {
                items.append(try element.decode(type, userInfo: ImportDocument.decoderInfo))
            } catch {
                faults.append(error)
            }
        }
        return items
    }
}
