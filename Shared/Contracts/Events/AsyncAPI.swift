internal import FilmClubModel
public import JSON

/// The document of the topics (AsyncAPI 3.0.0), written from what the model says of them: who writes and reads which,
/// what their messages are, in every version that was ever published, and how a broker keeps them.
///
/// The same for every service, and the same bytes at every start.
public enum AsyncAPI {
    public static let path = "/asyncapi.json"
    private static let kafkaBinding = "0.5.0"

    /// - Parameter version: of the house.
    /// - Throws: only for a schema that cannot be read, which no build has.
    public static func document(version: String) throws(JSONError) -> JSONValue {
        var messages = JSONObject()
        var schemas: JSONObject = ["Envelope": EnvelopeSchema.document, "Key": EnvelopeSchema.key]
        for schema in EventSchema.all {
            messages[schema.name] = message(schema)
            for (name, part) in try HoistedSchema(schema).parts { schemas[name] = part }
        }
        var channels = JSONObject()
        for topic in Topic.allWithDeadLetters { channels[topic.name] = channel(topic) }
        var operations = JSONObject()
        for service in ServiceName.all {
            let access = TopicAccess(of: service)
            for topic in access.writes { operations["\(service).send.\(topic)"] = operation("send", topic, service) }
            for topic in access.reads {
                operations["\(service).receive.\(topic)"] = operation("receive", topic, service)
            }
        }
        return [
            "asyncapi": "3.0.0",
            "info": [
                "title": "FilmClub topics", "version": .string(version),
                "description": "CloudEvents 1.0 in Kafka's binary mode. A higher minor version only adds members.",
            ],
            "defaultContentType": "application/json",
            "channels": .object(channels),
            "operations": .object(operations),
            "components": ["messages": .object(messages), "schemas": .object(schemas)],
        ]
    }

    // MARK: - Parts

    private static func channel(_ topic: Topic) -> JSONValue {
        let events = topic.isDeadLetters ? Topic.all.first { $0.deadLetters == topic } ?? topic : topic
        let messages = EventSchema.all.filter { schema in
            Events.all.contains { $0.type.name == schema.type.name && $0.topic == events }
        }
        return [
            "address": .string(topic.name),
            "description": .string(sentence(topic)),
            "messages": .object(
                JSONObject(messages.map { ($0.name, ["$ref": .string("#/components/messages/\($0.name)")]) })),
            "bindings": [
                "kafka": [
                    "topic": .string(topic.name), "partitions": .integer(Int64(Topic.partitions)),
                    "topicConfiguration": configuration(topic), "bindingVersion": .string(kafkaBinding),
                ]
            ],
        ]
    }

    private static func sentence(_ topic: Topic) -> String {
        if topic.isDeadLetters { return "Copies of messages that a consumer has parked, with its reason in headers." }
        return switch topic.kind {
        case .state: "Each message is the whole present state of its key; only the last one matters."
        case .facts: "Each message is something that happened; all matter, in the order of their key."
        }
    }

    private static func configuration(_ topic: Topic) -> JSONValue {
        .object(
            JSONObject(
                topic.configuration.sorted { $0.key < $1.key }.map { name, value in
                    (
                        name,
                        name == "cleanup.policy"
                            ? [.string(value)] : Int64(value).map(JSONValue.integer) ?? .string(value)
                    )
                }))
    }

    private static func operation(_ action: String, _ topic: Topic, _ service: ServiceName) -> JSONValue {
        var operation: JSONObject = [
            "action": .string(action),
            "channel": ["$ref": .string("#/channels/\(topic.name)")],
            "tags": [["name": .string(service.text)]],
        ]
        if action == "receive", let group = TopicAccess(of: service).group {
            operation["bindings"] = [
                "kafka": [
                    "groupId": ["type": "string", "const": .string(group)], "bindingVersion": .string(kafkaBinding),
                ]
            ]
        }
        return .object(operation)
    }

    private static func message(_ schema: EventSchema) -> JSONValue {
        [
            "name": .string(schema.type.typeAttribute),
            "title": .string(schema.type.description),
            "contentType": "application/json",
            "headers": [
                "allOf": [
                    ["$ref": "#/components/schemas/Envelope"],
                    [
                        "type": "object",
                        "properties": [
                            "ce_type": ["const": .string(schema.type.typeAttribute)],
                            "ce_dataschema": ["const": .string(schema.type.schemaAttribute)],
                        ],
                    ],
                ]
            ],
            "payload": ["$ref": .string("#/components/schemas/\(schema.name)")],
            "bindings": [
                "kafka": ["key": ["$ref": "#/components/schemas/Key"], "bindingVersion": .string(kafkaBinding)]
            ],
        ]
    }
}
