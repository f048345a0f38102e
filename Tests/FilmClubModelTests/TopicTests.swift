import FilmClubModel
import Testing

@Suite("Topics")
struct TopicTests {
    @Test("The topics are those of the design, each with its dead letters")
    func names() {
        #expect(
            Topic.all.map(\.name) == [
                "catalog.films.v1", "catalog.programmes.v1", "checkout.institutions.v1", "cart.carts.v1",
                "checkout.orders.v1", "entitlement.entitlements.v1", "entitlement.usage.v1", "filmclub.republish.v1",
            ])
        #expect(Topic.allWithDeadLetters.count == 16)
        #expect(Topic.orders.deadLetters.name == "checkout.orders.v1.dlt")
        #expect(Topic.orders.deadLetters.isDeadLetters)
        #expect(Topic.named("checkout.orders.v1.dlt") == Topic.orders.deadLetters)
        #expect(Topic.named("checkout.orders.v2") == nil)
    }

    @Test("State is compacted, facts are kept for ever")
    func configuration() {
        for topic in Topic.allWithDeadLetters {
            switch topic.kind {
            case .state: #expect(topic.configuration == ["cleanup.policy": "compact"])
            case .facts:
                #expect(topic.configuration["cleanup.policy"] == "delete")
                #expect(topic.configuration["retention.ms"] == "-1")
            }
        }
    }

    @Test("Every event has a type of its own, and a topic that is created")
    func events() {
        #expect(Set(Events.all.map { $0.type.name }).count == Events.all.count)
        for body in Events.all {
            #expect(Topic.all.contains(body.topic))
            #expect(body.type.acceptance == .known)
        }
    }

    @Test("Two services that ask for the same key don't share a key themselves")
    func republishKeys() {
        let one = RepublishRequested(topic: Topic.orders.name, topicKey: nil, requester: .cart)
        let two = RepublishRequested(topic: Topic.orders.name, topicKey: nil, requester: .streamingEntitlement)
        #expect(one.key == "checkout.orders.v1/*/cart")
        #expect(one.key != two.key)
    }

    @Test("A service's name is the end of its source")
    func sources() throws {
        #expect(ServiceName.streamingEntitlement.source == "urn:filmclub:streaming-entitlement")
        #expect(try ServiceName(source: "urn:filmclub:box-office").text == "box-office")
        #expect(throws: InvalidValue.self) { try ServiceName(source: "urn:other:cart") }
        #expect(throws: InvalidValue.self) { try ServiceName(source: "urn:filmclub:Cart") }
    }
}
