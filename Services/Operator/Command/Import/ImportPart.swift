internal import JSON

/// Elements on their way to a service in one body, as they stand in the file.
struct ImportPart: Sendable {
    /// A service takes more at once; this much is read in a few milliseconds, and others are not kept waiting.
    static let bytesMax = 1 << 20
    static let elementsMax = 500

    private var lists: [(name: String, first: Int, elements: [[UInt8]])] = []
    private var bytes = 0
    private(set) var count = 0

    /// A list without elements yet.
    mutating func begin(_ list: String) { lists.append((list, 0, [])) }

    /// Elements of one list come in their order, without a gap.
    mutating func append(_ element: ElementReader.Element) {
        if lists.last?.name != element.list { lists.append((element.list, element.index, [])) }
        lists[lists.count - 1].elements.append(element.bytes)
        bytes += element.bytes.count
        count += 1
    }

    func hasRoom(for element: ElementReader.Element) -> Bool {
        count == 0 || (count < Self.elementsMax && bytes + element.bytes.count <= Self.bytesMax)
    }

    var body: [UInt8] {
        var writer = JSONWriter(capacity: bytes + 4 * count + 64)
        writer.beginObject()
        for list in lists {
            writer.key(list.name)
            writer.beginArray()
            for element in list.elements { writer.raw(element) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }

    /// The path in the file of what is at `path` in this part: `films[2].slug` may be `films[502].slug`.
    func pathInFile(_ path: String) -> String {
        guard let list = lists.first(where: { path.hasPrefix($0.name + "[") }) else { return path }
        let rest = path.dropFirst(list.name.utf8.count + 1)
        let digits = rest.prefix { $0 != "]" }
        guard let index = Int(digits) else { return path }
        return "\(list.name)[\(index + list.first)]\(rest.dropFirst(digits.utf8.count + 1))"
    }
}

extension ImportFile {
    /// The elements of these lists, packed into parts of a bounded size.
    func eachPart(of lists: Set<String>, _ body: (ImportPart) async throws -> Void) async throws {
        var part = ImportPart()
        try await eachElement(of: lists) { element in
            if !part.hasRoom(for: element) {
                try await body(part)
                part = ImportPart()
            }
            part.append(element)
        }
        if part.count > 0 { try await body(part) }
    }

    /// All of a list that stands for the whole, even where it is empty; nil where the file does not have it.
    func whole(_ list: String) async throws -> ImportPart? {
        guard counts[list] != nil else { return nil }
        var part = ImportPart()
        part.begin(list)
        try await eachElement(of: [list]) { part.append($0) }
        return part
    }
}
