internal import FilmClubModel
internal import HTTPServer
internal import JSON

/// A message's headers and key, whatever its type.
enum EnvelopeSchema {
    static let document = written(
        .object([
            .required("ce_specversion", .word("1.0")),
            .required("ce_id", .described("Unique for good.", .id)),
            .required("ce_source", text("^urn:filmclub:[a-z-]{1,40}$", "urn:filmclub:checkout")),
            .required("ce_type", text("^org\\.filmclub\\.[A-Z][A-Za-z0-9]*$", "org.filmclub.OrderPlaced")),
            .required("ce_subject", .described("The key.", subject)),
            .required("ce_time", .described("When it happened.", .instant)),
            .required(
                "ce_dataschema",
                text("^urn:filmclub:schema:[A-Za-z0-9]+:[0-9]+\\.[0-9]+$", "urn:filmclub:schema:OrderPlaced:1.1")),
            .required(
                "ce_sequence",
                .described("1…k of its topic and key, without a gap.", text("^[0-9]{19}$", "0000000000000000001"))),
            .optional(
                "traceparent",
                .described(
                    "W3C Trace Context.",
                    text(
                        "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))),
            .optional("ce_correlationid", .described("The same in all events of one piece of work.", .id)),
            .optional("ce_causationid", .described("The event that this one follows from.", .id)),
            .required("content-type", .word("application/json")),
        ]))

    static let key = written(.described("Events of one key are in order.", subject))

    /// Visible ASCII characters.
    private static let subject = text("^[!-~]{1,200}$", "0190b5a8-7c00-7000-8000-000000000001")

    private static func text(_ pattern: String, _ example: String) -> Schema {
        .text(Schema.Text(pattern: pattern, example: example))
    }

    private static func written(_ schema: Schema) -> JSONValue {
        var form = SchemaForm(componentsAt: "#/components/schemas/")
        return form.write(schema, .answer)
    }
}

/// A schema that stood alone, as part of a larger document: its own parts stand beside it, under its name.
struct HoistedSchema {
    let parts: [(name: String, schema: JSONValue)]

    init(_ schema: EventSchema) throws(JSONError) {
        let document = try schema.document()
        let members = document.objectValue?.members ?? []
        let whole = JSONObject(
            members.filter { !["$schema", "$id", "$defs"].contains($0.key) }.map { ($0.key, $0.value) })
        let own = [(schema.name, JSONValue.object(whole))]
        let named = (document["$defs"]?.objectValue?.members ?? []).map { ("\(schema.name).\($0.key)", $0.value) }
        parts = (own + named).map { ($0.0, Self.moved($0.1, to: schema.name)) }
    }

    private static func moved(_ value: JSONValue, to name: String) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map { moved($0, to: name) })
        case .object(let object):
            .object(
                JSONObject(
                    object.members.map { key, member in
                        guard key == "$ref", let reference = member.stringValue else {
                            return (key, moved(member, to: name))
                        }
                        return (key, .string(reference.replacing("#/$defs/", with: "#/components/schemas/\(name).")))
                    }))
        default: value
        }
    }
}
