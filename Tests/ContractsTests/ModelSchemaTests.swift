import Contracts
import FilmClubModel
import HTTPServer
import JSON
import ServiceTestSupport
import Testing

@Suite("The model's schemas")
struct ModelSchemaTests {
    @Test("An import document has the lists that the model reads, each looked into")
    func lists() throws {
        let names = try Self.properties(of: .importDocument)
        #expect(names.sorted() == ImportDocument.lists.sorted())
    }

    @Test("A film, a programme and an institution have the members that the model reads, and their examples are read")
    func members() throws {
        try Self.expect(.film, Film.self)
        try Self.expect(.programme, Programme.self)
        try Self.expect(.institution, Institution.self)
        try Self.expect(.person, Person.self)
    }

    /// What a request's schema shows as an example can be read, and is written again with every member, in that order.
    private static func expect<Model: Codable>(_ schema: Schema, _ model: Model.Type) throws {
        let read = try JSON.decode(
            model, from: JSON.encode(schema.example), userInfo: ImportDocument.decoderInfo)
        let written = try JSON.parse(JSON.encode(read))
        #expect(written.objectValue?.keys.sorted() == (try properties(of: schema)).sorted())
    }

    private static func properties(of schema: Schema) throws -> [String] {
        var form = SchemaForm(componentsAt: "#/")
        let reference = try #require(form.write(schema, .answer)["$ref"]?.stringValue)
        return form.components[String(reference.dropFirst(2))]?["properties"]?.objectValue?.keys ?? []
    }
}
