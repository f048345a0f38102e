public import JSON

/// The AsyncAPI document as a page: what the services tell each other.
public enum TopicsPage {
    public static let path = "/docs/events"

    public static func html(of document: JSONValue) -> String {
        let messages = document["components"]?["messages"]?.objectValue ?? [:]
        let schemas = document["components"]?["schemas"]?.objectValue ?? [:]
        return DocumentPage.html(title: document["info"]?["title"]?.stringValue ?? "Topics") { page in
            page.paragraph(document["info"]?["description"]?.stringValue ?? "")
            page.element("p") { line in
                line.write("For programs: ")
                line.link("../asyncapi.json", "asyncapi.json")
                line.write(". What is asked for over HTTP: ")
                line.link("../docs", "this service's interface")
                line.write(".")
            }
            page.channels(of: document)
            page.element("h2", id: "envelope", "Every message")
            page.paragraph("A record of Kafka with this key, these headers, and a body that is JSON.")
            for name in ["Key", "Envelope"] {
                page.element("h3", id: "schema-\(name)", name == "Key" ? "Its key" : "Its headers")
                page.schema(name, schemas[name] ?? .null)
            }
            for (name, schema) in schemas.members where name != "Key" && name != "Envelope" {
                if let message = messages[name] {
                    page.element("h2", id: "schema-\(name)", message["title"]?.stringValue ?? name)
                } else {
                    page.element("h3", id: "schema-\(name)", String(name.split(separator: ".").last ?? ""))
                }
                page.schema(name, schema)
            }
        }
    }
}

extension Markup {
    fileprivate mutating func channels(of document: JSONValue) {
        for (name, channel) in document["channels"]?.objectValue?.members ?? [] {
            element("h2", id: "topic-\(name)") { $0.code(name) }
            paragraph(channel["description"]?.stringValue ?? "")
            table { table in
                for (verb, action) in [("Written by", "send"), ("Read by", "receive")] {
                    let services = Self.services(action, name, of: document)
                    guard !services.isEmpty else { continue }
                    table.row({ $0.write(verb) }, { $0.write(services.joined(separator: ", ")) })
                }
                let partitions = channel["bindings"]?["kafka"]?["partitions"]?.integerValue ?? 0
                table.row({ $0.write("Partitions") }, { $0.write("\(partitions)") })
                table.row(
                    { $0.write("Messages") },
                    { cell in
                        for message in channel["messages"]?.objectValue?.keys ?? [] {
                            cell.link("#schema-\(message)", message)
                            cell.write(" ")
                        }
                    })
            }
        }
    }

    private static func services(_ action: String, _ channel: String, of document: JSONValue) -> [String] {
        (document["operations"]?.objectValue?.members ?? []).compactMap { _, operation in
            guard operation["action"] == .string(action),
                operation["channel"]?["$ref"] == .string("#/channels/\(channel)")
            else { return nil }
            return operation["tags"]?[0]?["name"]?.stringValue
        }
    }
}
