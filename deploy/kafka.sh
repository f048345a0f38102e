# A local Kafka from $KAFKA_HOME. Sourced by lib.sh, never run.

# Starts one KRaft node from $KAFKA_HOME with its data in $state; leaves $kafka_servers.
start_kafka() {
    [ -x "$KAFKA_HOME/bin/kafka-server-start.sh" ] ||
        fail "KAFKA_HOME is $KAFKA_HOME, but there is no bin/kafka-server-start.sh in it."
    command -v java >/dev/null || need_packages openjdk-17-jre-headless
    local home=$state/kafka port controller
    mkdir -p "$home"
    if [ ! -f "$home/server.properties" ]; then
        port=$(free_port)
        controller=$(free_port)
        cat >"$home/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:$controller
log.dirs=$home/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
PROPERTIES
    fi
    port=$(sed -n 's/^advertised.listeners=.*://p' "$home/server.properties")
    export LOG_DIR=$home/log KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xms256m -Xmx512m}
    if [ ! -f "$home/data/meta.properties" ]; then
        "$KAFKA_HOME/bin/kafka-storage.sh" format --standalone \
            -t "$("$KAFKA_HOME/bin/kafka-storage.sh" random-uuid)" -c "$home/server.properties" \
            >"$state/log/kafka-format.log" 2>&1 ||
            fail "Formatting Kafka's storage failed; $state/log/kafka-format.log says why."
    fi
    kafka_servers=127.0.0.1:$port
    start kafka "$KAFKA_HOME/bin/kafka-server-start.sh" "$home/server.properties"
    wait_until "Kafka answers on $kafka_servers" 90 kafka_answers "$port"
}

kafka_answers() {
    grep -q 'Kafka Server started' "$state/log/kafka.log" && (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

