internal import FilmClubModel
internal import Kafka

extension LoggedEvent {
    /// The record of an event: always the same bytes, however often it is published.
    var record: KafkaRecord {
        KafkaRecord(
            topic: topic, key: Array(key.utf8), value: body,
            headers: envelope.headers.map { KafkaHeader($0.name, $0.value) },
            timestampMilliseconds: envelope.time.millisecondsSince1970)
    }
}
