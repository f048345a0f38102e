internal import FilmClubModel
internal import FoundationEssentials
internal import JSON

/// Reads each element strictly, and knows which ids and slugs there were: all that a file shows of its own faults.
struct ElementCheck {
    private var ids: [String: [UUID: Int]] = [:]
    private var slugs: [String: [Slug: Int]] = [:]
    private var territories: [Territory: Int] = [:]

    /// What is wrong with the element.
    mutating func faults(of element: ElementReader.Element) -> [ImportFault] {
        guard element.ending != .tooLarge else {
            let most = ElementReader.elementBytesMax
            return [ImportFault(element.path, element.place, "one of at most \(most) bytes expected")]
        }
        do throws(JSONError) {
            let limits = JSONLimits(bytesMax: ElementReader.elementBytesMax)
            let root = try JSONDocument(parsing: element.bytes, limits: limits).root
            return try judge(element, root).map { problem in
                let inner = root.nearest(to: String(problem.path.dropFirst(element.path.utf8.count)))
                return ImportFault(
                    problem.path, element.place.adding(line: inner.line, column: inner.column), problem.sentence)
            }
        } catch {
            let separator = error.path.isEmpty || error.path.hasPrefix("[") ? "" : "."
            return [
                ImportFault(
                    element.path + separator + error.path,
                    element.place.adding(line: error.line, column: error.column), error.message)
            ]
        }
    }

    private mutating func judge(
        _ element: ElementReader.Element, _ node: JSONNode
    ) throws(JSONError) -> [ImportProblem] {
        switch element.list {
        case "films":
            let film = try Self.read(Film.self, node)
            return repeats(film.id, film.slug, of: "film", element) + Self.inner(ImportDocument(films: [film]), element)
        case "programmes":
            let programme = try Self.read(Programme.self, node)
            return repeats(programme.id, programme.slug, of: "programme", element)
                + Self.inner(ImportDocument(programmes: [programme]), element)
        case "institutions":
            let institution = try Self.read(Institution.self, node)
            return repeats(institution.id, nil, of: "institution", element)
                + Self.inner(ImportDocument(institutions: [institution]), element)
        case "people":
            let person = try Self.read(Person.self, node)
            return repeats(person.id, nil, of: "person", element)
        case "taxes":
            let rate = try Self.read(TaxRate.self, node)
            return repeated(
                rate.territory.text, "territory", of: "rate", element,
                first: territories.firstPlace(of: rate.territory, element.index))
        default:
            let mapping = try Self.read(MediaMapping.self, node)
            return repeats(mapping.filmId, nil, "filmId", of: "mapping", element)
        }
    }

    private static func read<Item: Decodable>(_ type: Item.Type, _ node: JSONNode) throws(JSONError) -> Item {
        try node.decode(type, userInfo: ImportDocument.decoderInfo)
    }

    /// What the element contradicts in itself; its paths begin with `films[0]`.
    private static func inner(_ document: ImportDocument, _ element: ElementReader.Element) -> [ImportProblem] {
        document.problems().map { problem in
            ImportProblem(
                path: element.path + problem.path.dropFirst("\(element.list)[0]".utf8.count), sentence: problem.sentence
            )
        }
    }

    private mutating func repeats<Tag>(
        _ id: Identifier<Tag>, _ slug: Slug?, _ field: String = "id", of thing: String,
        _ element: ElementReader.Element
    ) -> [ImportProblem] {
        let first = ids[element.list, default: [:]].firstPlace(of: id.uuid, element.index)
        let problems = repeated(id.text, field, of: thing, element, first: first)
        guard let slug else { return problems }
        let firstSlug = slugs[element.list, default: [:]].firstPlace(of: slug, element.index)
        return problems + repeated(slug.text, "slug", of: thing, element, first: firstSlug)
    }

    private func repeated(
        _ value: String, _ field: String, of thing: String, _ element: ElementReader.Element, first: Int?
    ) -> [ImportProblem] {
        guard let first else { return [] }
        return [.repeated(value, field, of: thing, in: element.list, at: element.index, first: first)]
    }
}

extension Dictionary where Value == Int {
    /// Where the key stood before; nil where this is the first time, which is kept.
    fileprivate mutating func firstPlace(of key: Key, _ index: Int) -> Int? {
        if let first = self[key] { return first }
        self[key] = index
        return nil
    }
}
