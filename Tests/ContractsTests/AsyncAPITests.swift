import Contracts
import FilmClubModel
import JSON
import ServiceTestSupport
import Testing

@Suite("The document of the topics")
struct AsyncAPITests {
    private let document: JSONValue

    init() throws { document = try AsyncAPI.document(version: "1") }

    @Test("It names every topic with its dead letters and no other, with as many partitions as it is created with")
    func channels() throws {
        let channels = try #require(document["channels"]?.objectValue)
        #expect(channels.keys.sorted() == Topic.allWithDeadLetters.map(\.name).sorted())
        for (name, channel) in channels.members {
            #expect(channel["address"] == .string(name))
            #expect(channel["bindings"]?["kafka"]?["partitions"] == .integer(Int64(Topic.partitions)))
        }
    }

    @Test("Every version of every event is a message of its topic, and of that topic's dead letters")
    func messages() throws {
        for event in Events.all {
            for topic in Topic.allWithDeadLetters {
                let belongs = topic == event.topic || topic == event.topic.deadLetters
                let name = "\(event.type.name)-\(event.type.version)"
                let reference = document["channels"]?[topic.name]?["messages"]?[name]
                #expect((reference != nil) == belongs, "\(name) in \(topic)")
            }
        }
        #expect(document["components"]?["messages"]?.objectValue?.keys.sorted() == EventSchema.all.map(\.name).sorted())
    }

    @Test("Who writes and reads which topic is what a broker's rules are made of")
    func operations() throws {
        let operations = try #require(document["operations"]?.objectValue?.keys)
        let expected = ServiceName.all.flatMap { service in
            let access = TopicAccess(of: service)
            return access.writes.map { "\(service).send.\($0)" } + access.reads.map { "\(service).receive.\($0)" }
        }
        #expect(operations.sorted() == expected.sorted())
    }

    @Test("Everything that it refers to is in it")
    func references() {
        var references: [String] = []
        func walk(_ value: JSONValue) {
            switch value {
            case .array(let elements): elements.forEach(walk)
            case .object(let object):
                for (key, member) in object.members {
                    if key == "$ref", let reference = member.stringValue {
                        references.append(reference)
                    } else {
                        walk(member)
                    }
                }
            default: break
            }
        }
        walk(document)
        #expect(!references.isEmpty)
        for reference in Set(references) {
            let steps = reference.dropFirst(2).split(separator: "/")
            let found: JSONValue? = steps.reduce(document) { $0?[String($1)] }
            #expect(reference.hasPrefix("#/") && found != nil, "\(reference)")
        }
    }

    @Test("The headers of an event are valid by what it says of them, and without a required one they are not")
    func envelope() throws {
        let schema: JSONValue = ["$ref": "#/components/schemas/Envelope"]
        let envelope = EventEnvelope(
            id: .generate(now: .now()), source: .checkout, type: OrderPlaced.type, subject: "key", time: .now(),
            sequence: 7, trace: .root(), correlationID: .generate(now: .now()), causationID: .generate(now: .now()))
        let headers = JSONObject(envelope.headers.map { ($0.name, .string(String(decoding: $0.value, as: UTF8.self))) })
        let judge = SchemaJudge(document, isStrict: true)
        #expect(judge.faults(in: .object(headers), by: schema) == [])
        for name in headers.keys {
            var others = headers
            others[name] = nil
            let fields = others.members.map { (name: $0.key, value: Array(($0.value.stringValue ?? "").utf8)) }
            let isRead = (try? EventEnvelope(headers: fields)) != nil
            // Always written, and taken for JSON where it is missing.
            let isAllowed = isRead && name != "content-type"
            #expect(judge.faults(in: .object(others), by: schema).isEmpty == isAllowed, "\(name)")
        }
    }

    @Test("It is the same bytes every time")
    func deterministic() throws {
        #expect(JSON.encode(document) == JSON.encode(try AsyncAPI.document(version: "1")))
    }
}
