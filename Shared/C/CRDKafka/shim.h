// Apache Kafka's C client, with its built-in mock cluster.
#pragma once
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
