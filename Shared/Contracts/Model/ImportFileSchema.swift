internal import HTTPServer
public import JSON

/// The import file as a JSON Schema document (2020-12), for editors and for whoever writes such files by a program. It
/// is written from the same declarations as the services' own documents.
///
/// A schema says what stands at each place. What contradicts itself beyond that (an id that is there twice, a bundle
/// dearer than its films) the reader says.
public enum ImportFileSchema {
    private static let definitions = "#/$defs/"

    public static let document: JSONValue = {
        var form = SchemaForm(componentsAt: definitions)
        let root = form.write(.importDocument, .request)
        var document: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:filmclub:schema:import-document",
            "title": "FilmClub import file",
        ]
        for (name, value) in root.objectValue?.members ?? [] { document[name] = value }
        document["$defs"] = .object(
            JSONObject(form.components.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        return .object(document)
    }()
}
