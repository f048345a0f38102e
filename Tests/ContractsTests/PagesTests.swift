import Contracts
import HTTPServer
import JOSE
import JSON
import ServiceShell
import Testing

import struct FoundationEssentials.Data

@Suite("The pages of the documents")
struct PagesTests {
    private static let hostile = "<script>alert(\"1\")</script> & 'more'"

    private static let thing = Operation(
        "readThing", hostile, details: hostile,
        parameters: [
            .path("id", .text(like: hostile), says: hostile), .query("of", .words(["a", hostile]), says: "Of."),
        ],
        body: Operation.Body(json: .object("ThingRequest", [.optional("size", .integer(1...9))])),
        answers: [
            .json(
                .object(
                    "Thing",
                    [.required("name", .described(hostile, .text(Schema.Text(pattern: hostile, example: "a"))))]),
                headers: [.entityTag], says: hostile)
        ], problems: [ProblemType(410, "gone", hostile, members: [.required("since", .text(like: hostile))])])

    private func answer(_ path: String) async throws -> Response {
        var router = Router()
        router.get("/v1/things/{id}", Self.thing) { _ in .noContent }
        router.publishContract(of: "test")
        return await router.respond(to: try Request(.get, path))
    }

    private func page(_ path: String) async throws -> String {
        let answer = try await answer(path)
        guard case .bytes(let bytes) = answer.body, answer.status == 200 else { return "" }
        #expect(answer.headers["Content-Type"] == "text/html; charset=utf-8")
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Every tag of a page with its attributes.
    private func tags(_ page: String) -> [Substring] {
        page.split(separator: "<").dropFirst(page.hasPrefix("<") ? 0 : 1).compactMap { $0.split(separator: ">").first }
    }

    /// What stands in an attribute, wherever it stands on the page.
    private func values(_ attribute: String, _ page: String) -> [String] {
        tags(page).flatMap { tag -> [String] in
            guard let range = tag.firstRange(of: " \(attribute)=\"") else { return [] }
            return [String(tag[range.upperBound...].prefix { $0 != "\"" })]
        }
    }

    @Test("Nothing of a page comes from elsewhere, and nothing on it runs", arguments: ["/docs", "/docs/events"])
    func closed(_ path: String) async throws {
        let page = try await page(path)
        #expect(page.hasPrefix("<!DOCTYPE html>"))
        let known: Set<Substring> = [
            "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "main", "nav", "h1", "h2", "h3", "p", "a",
            "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "small", "br",
        ]
        let attributes: Set<Substring> = ["lang", "charset", "name", "content", "id", "href", "scope", "tabindex"]
        for tag in tags(page) where tag.first != "/" {
            let words = tag.split(separator: " ")
            #expect(known.contains(words[0]), "\(tag)")
            for attribute in words.dropFirst() where attribute.contains("=") {
                let name = attribute.prefix { $0 != "=" }
                #expect(attributes.contains(name), "\(tag)")
            }
        }
        #expect(DocumentPage.style.firstRange(of: "url(") == nil && DocumentPage.style.firstRange(of: "@import") == nil)
        let outside = Set(values("href", page)).filter { $0.first != "#" }
        #expect(
            outside == (path == "/docs" ? ["openapi.json", "docs/events"] : ["../asyncapi.json", "../docs"]))
    }

    @Test(
        "Every link of a page leads somewhere on it, and no name has two places", arguments: ["/docs", "/docs/events"])
    func links(_ path: String) async throws {
        let page = try await page(path)
        let places = values("id", page)
        #expect(places.count == Set(places).count)
        let links = values("href", page).filter { $0.first == "#" }.map { String($0.dropFirst()) }
        #expect(!links.isEmpty)
        #expect(Set(links).subtracting(places) == [])
    }

    @Test("The policy of a page allows its style and nothing else", arguments: ["/docs", "/docs/events"])
    func policy(_ path: String) async throws {
        let policy = try #require(try await answer(path).headers["Content-Security-Policy"])
        let page = try await page(path)
        let style = page.split(separator: "<style>", maxSplits: 1)[1].split(separator: "</style>", maxSplits: 1)[0]
        let digest = Data(Hashing.sha256(Array(style.utf8))).base64EncodedString()
        #expect(policy.hasPrefix("default-src 'none'; "))
        #expect(policy.hasSuffix("style-src 'sha256-\(digest)'"))
    }

    @Test("Whatever a document says is text on its page")
    func escaped() async throws {
        let page = try await page("/docs")
        #expect(page.firstRange(of: "<script") == nil)
        #expect(page.ranges(of: "&lt;script&gt;alert(").count > 8)
    }

    @Test("Everything in the interface's document is on its page")
    func interface() async throws {
        guard case .bytes(let bytes) = try await answer(OpenAPI.path).body else {
            Issue.record("there is no document")
            return
        }
        let document = try JSON.parse(bytes)
        let page = try await page("/docs")
        let places = Set(values("id", page))
        for (path, item) in document["paths"]?.objectValue?.members ?? [] {
            for (method, operation) in item.objectValue?.members ?? [] {
                #expect(page.contains("\(method.uppercased()) \(path)"))
                #expect(places.contains(operation["operationId"]?.stringValue ?? ""))
            }
        }
        for name in document["components"]?["examples"]?.objectValue?.keys ?? [] {
            #expect(places.contains("problem-\(name)"))
        }
        for name in document["components"]?["schemas"]?.objectValue?.keys ?? [] where !name.hasPrefix("problem.") {
            #expect(places.contains("schema-\(name)"))
        }
    }

    @Test("Every topic, message and schema of the topics' document is on its page")
    func topics() async throws {
        let document = try AsyncAPI.document(version: "1")
        let places = Set(values("id", try await page("/docs/events")))
        for topic in document["channels"]?.objectValue?.keys ?? [] { #expect(places.contains("topic-\(topic)")) }
        for name in document["components"]?["schemas"]?.objectValue?.keys ?? [] {
            #expect(places.contains("schema-\(name)"))
        }
    }

    @Test("A published schema is served byte for byte as it was published, and no other name is")
    func schemas() async throws {
        for schema in EventSchema.all {
            guard case .bytes(let bytes) = try await answer("/docs/schemas/\(schema.name).json").body else {
                Issue.record("\(schema.name) is not served")
                continue
            }
            #expect(bytes == schema.bytes)
        }
        #expect(try await answer("/docs/schemas/OrderPlaced-9.9.json").status == 404)
    }
}
