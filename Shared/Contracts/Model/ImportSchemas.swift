public import HTTPServer

extension Schema {
    private static let lists: KeyValuePairs = [
        "films": film, "programmes": programme, "institutions": institution, "media": mediaMapping, "people": person,
        "taxes": taxRate,
    ]

    /// - Parameter lists: what is looked into; the others are other services' and may hold anything.
    public static func importDocument(reading lists: [String]) -> Schema {
        .object(
            "ImportDocument",
            Self.lists.map { name, element in
                .optional(name, .array(lists.contains(name) ? element : .object([])))
            })
    }

    /// Every list of it, each looked into.
    public static let importDocument = importDocument(reading: lists.map(\.key))

    private static let mediaMapping = Schema.object(
        "MediaMapping",
        [.required("filmId", id), .required("asset", .described("The folder MEDIA_ROOT/<asset>.", slug))])

    /// - Parameter lists: what the service takes of the document.
    public static func importReport(_ lists: [String]) -> Schema {
        .object(
            "ImportReport",
            [.required("dryRun", .boolean)]
                + lists.map { list in
                    .required(list, importCounts)
                })
    }

    /// How much of a list was news.
    public static let importCounts = Schema.object(
        "ImportCounts",
        [.required("created", .count), .required("changed", .count), .required("unchanged", .count)])
}
