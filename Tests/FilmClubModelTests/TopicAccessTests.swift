import FilmClubModel
import Testing

@Suite("Access to topics") struct TopicAccessTests {
    @Test("A topic that has an owner is written by it alone; requests to publish again by every service")
    func writers() {
        for topic in Topic.all {
            let writers = ServiceName.all.filter { TopicAccess(of: $0).writes.contains(topic) }
            #expect(writers == (topic.owner.map { [$0] } ?? ServiceName.all))
        }
    }

    @Test("Dead letters are written by those who read the topic, and read by no service")
    func deadLetters() {
        for topic in Topic.all {
            let readers = ServiceName.all.filter { TopicAccess(of: $0).reads.contains(topic) }
            #expect(ServiceName.all.filter { TopicAccess(of: $0).writes.contains(topic.deadLetters) } == readers)
            #expect(ServiceName.all.allSatisfy { !TopicAccess(of: $0).reads.contains(topic.deadLetters) })
        }
    }

    @Test("Each reads as its own group what it subscribes to, and creates nothing; the operator only creates")
    func readers() {
        for service in ServiceName.all {
            let access = TopicAccess(of: service)
            #expect(access.reads == service.subscriptions + [.republish])
            #expect(access.group == service.text)
            #expect(access.creates.isEmpty)
        }
        let access = TopicAccess.ofOperator
        #expect(access.creates == Topic.allWithDeadLetters)
        #expect(access.writes.isEmpty && access.reads.isEmpty && access.group == nil)
    }
}
