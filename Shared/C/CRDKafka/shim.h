// Apache Kafka's C client, with its built-in mock cluster.
#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdint.h>
#include <sys/eventfd.h>

// `rd_kafka_produceva` takes an array of tagged unions, which Swift can only fill clumsily.
// A NULL key or value is null, not empty. `headers` are taken over on success only.
static inline rd_kafka_error_t *crk_produce(
    rd_kafka_t *client, const char *topic, int32_t partition, const void *key, size_t keyLength, const void *value,
    size_t valueLength, int64_t timestampMilliseconds, rd_kafka_headers_t *headers, void *opaque) {
    rd_kafka_vu_t fields[8];
    size_t count = 0;
    fields[count].vtype = RD_KAFKA_VTYPE_TOPIC;
    fields[count++].u.cstr = topic;
    fields[count].vtype = RD_KAFKA_VTYPE_PARTITION;
    fields[count++].u.i32 = partition;
    fields[count].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[count++].u.i = RD_KAFKA_MSG_F_COPY;
    fields[count].vtype = RD_KAFKA_VTYPE_KEY;
    fields[count].u.mem.ptr = (void *)key;
    fields[count++].u.mem.size = keyLength;
    fields[count].vtype = RD_KAFKA_VTYPE_VALUE;
    fields[count].u.mem.ptr = (void *)value;
    fields[count++].u.mem.size = valueLength;
    fields[count].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    fields[count++].u.i64 = timestampMilliseconds;
    fields[count].vtype = RD_KAFKA_VTYPE_OPAQUE;
    fields[count++].u.ptr = opaque;
    if (headers) {
        fields[count].vtype = RD_KAFKA_VTYPE_HEADERS;
        fields[count++].u.headers = headers;
    }
    return rd_kafka_produceva(client, fields, count);
}

// What librdkafka says before its log queue exists would go to stderr without this.
static inline void crk_no_log(const rd_kafka_t *client, int level, const char *facility, const char *text) {
    (void)client, (void)level, (void)facility, (void)text;
}
static inline void crk_silence(rd_kafka_conf_t *configuration) {
    rd_kafka_conf_set_log_cb(configuration, crk_no_log);
}

static inline int crk_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// Lets `queue` write to the eventfd when something comes in after it was last polled empty.
static inline void crk_wake(rd_kafka_queue_t *queue, int eventDescriptor) {
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, eventDescriptor, &one, sizeof(one));
}
