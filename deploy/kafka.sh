# A local Kafka from $KAFKA_HOME: plain, or with identities. Sourced by lib.sh, never run.

# Starts one KRaft node with its data in $state; leaves its address in $kafka_servers.
start_kafka() {
    local home=$state/kafka
    kafka_node "$home" PLAINTEXT
    start_kafka_node "$home"
}

# The same, but it knows whoever connects by a certificate, and refuses what no rule allows, which in the beginning is
# everything. Makes the certificates in $state/secrets/kafka; leaves kafka_tls NAME to print a process's settings.
start_kafka_secure() {
    local home=$state/kafka-secure certificates=$state/secrets/kafka
    "$root/deploy/certificates" "$certificates" filmclub-broker filmclub-admin filmclub-operator \
        filmclub-catalog filmclub-cart filmclub-checkout filmclub-streaming-entitlement ||
        fail "Making the certificates failed."
    kafka_node "$home" SSL "ssl.keystore.type=PEM
ssl.keystore.location=$certificates/filmclub-broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$certificates/ca.pem
ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=([^,]+).*\$/\$1/,DEFAULT
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:filmclub-broker;User:filmclub-admin"
    start_kafka_node "$home"
}

# What a process of that name needs to reach the secured broker, a setting a line.
kafka_tls() {
    printf '%s\n' "KAFKA_BOOTSTRAP_SERVERS=$kafka_servers" KAFKA_TLS=true "KAFKA_TLS_CA=$state/secrets/kafka/ca.pem" \
        "KAFKA_TLS_CERTIFICATE=$state/secrets/kafka/filmclub-$1.crt" "KAFKA_TLS_KEY=$state/secrets/kafka/filmclub-$1.key"
}

# kafka_node HOME PROTOCOL [SETTINGS]: writes the node's settings, with the ports it had before.
kafka_node() {
    local home=$1 protocol=$2 port controller
    [ -x "$KAFKA_HOME/bin/kafka-server-start.sh" ] ||
        fail "KAFKA_HOME is $KAFKA_HOME, but there is no bin/kafka-server-start.sh in it."
    KAFKA_HOME=$(cd "$KAFKA_HOME" && pwd)
    command -v java >/dev/null || need_packages openjdk-17-jre-headless
    mkdir -p "$home/log"
    port=$(sed -n 's/^advertised.listeners=.*://p' "$home/server.properties" 2>/dev/null || true)
    controller=$(sed -n 's/^controller.quorum.bootstrap.servers=.*://p' "$home/server.properties" 2>/dev/null || true)
    [ -n "$port" ] || port=$(free_port)
    until [ -n "$controller" ] && [ "$controller" != "$port" ]; do controller=$(free_port); done
    # Also between the node's two halves the same protocol, and so the same certificates: nobody is anonymous.
    cat >"$home/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
listeners=$protocol://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=$protocol://127.0.0.1:$port
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:$controller
listener.security.protocol.map=$protocol:$protocol,CONTROLLER:$protocol
inter.broker.listener.name=$protocol
log.dirs=$home/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
${3:-}
PROPERTIES
    kafka_servers=127.0.0.1:$port
}

start_kafka_node() {
    local home=$1
    # Relative to where it runs: Kafka's scripts take a path with a space in it apart.
    export LOG_DIR=log KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xms256m -Xmx512m}
    if [ ! -f "$home/data/meta.properties" ]; then
        (cd "$home" && "$KAFKA_HOME/bin/kafka-storage.sh" format --standalone \
            -t "$("$KAFKA_HOME/bin/kafka-storage.sh" random-uuid)" -c server.properties) \
            >"$state/log/kafka-format.log" 2>&1 ||
            fail "Formatting Kafka's storage failed; $state/log/kafka-format.log says why."
    fi
    start kafka env -C "$home" "$KAFKA_HOME/bin/kafka-server-start.sh" server.properties
    wait_until "Kafka answers on $kafka_servers" 90 kafka_answers "${kafka_servers##*:}"
}

kafka_answers() {
    grep -q 'Kafka Server started' "$state/log/kafka.log" && (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}
