# What the scripts here share: words to the user, packages, a private PostgreSQL, a local Kafka, processes.
# Sourced, never run. Everything it makes lies in $state (default: .filmclub in the repository).

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=${FILMCLUB_STATE:-$root/.filmclub}

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# --- Packages -----------------------------------------------------------------------------------------------

# Installs those of the named Debian packages that are missing, as root or with sudo; else prints the one line.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local become=()
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null ||
            fail "Debian packages are missing. As root, run: apt-get install -y ${missing[*]}"
        become=(sudo)
    fi
    say "Installing Debian packages: ${missing[*]}."
    # Debian's package would start a server of its own at once; FilmClub runs a private one.
    "${become[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    printf 'create_main_cluster = false\n' |
        "${become[@]}" tee /etc/postgresql-common/createcluster.d/filmclub.conf >/dev/null
    {
        "${become[@]}" apt-get update -qq &&
            "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
                "${missing[@]}"
    } >"$state/log/packages.log" 2>&1 ||
        fail "Installing them failed; $state/log/packages.log says why."
}

# What building and running takes: the C libraries with their headers, and PostgreSQL's server.
need_build_packages() {
    command -v swift >/dev/null || fail "There is no Swift toolchain: install Swift 6.3 or newer, and put it on the PATH."
    command -v apt-get >/dev/null || fail "These scripts know Debian's packages only; README.md lists what is needed."
    need_packages pkg-config libpq-dev librdkafka-dev libmicrohttpd-dev libssl-dev libcurl4-openssl-dev postgresql
}

# --- PostgreSQL ---------------------------------------------------------------------------------------------

postgres_bin() {
    local newest
    newest=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -type d 2>/dev/null | sort -V | tail -n 1)
    [ -n "$newest" ] || fail "There is no PostgreSQL server under /usr/lib/postgresql."
    printf '%s/bin' "$newest"
}

# PostgreSQL's server refuses root: there it is the user postgres who runs it.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

# A port of the loopback that nobody answers on.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s' "$port"
}

# Where the data lies: in $state, unless the user postgres cannot get there (a clone in /root, say).
postgres_home() {
    local home=$state/postgres
    mkdir -p "$home"
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$home"
        if ! as_postgres test -w "$home" 2>/dev/null; then
            home=/var/lib/filmclub/$(printf '%s' "$state" | cksum | cut -d ' ' -f 1)
            mkdir -p "$home"
            chown postgres "$home"
            say "The user postgres cannot reach $state: the databases lie in $home." >&2
        fi
    fi
    printf '%s' "$home"
}

# Starts the private server, made at the first time; leaves $postgres_port and $postgres_password.
# "unsafe" as first argument makes it fast and forgetful, for tests.
start_postgres() {
    local bin home options="-c unix_socket_directories= -c listen_addresses=127.0.0.1 -c max_connections=200"
    bin=$(postgres_bin)
    home=$(postgres_home)
    [ "${1:-}" = unsafe ] && options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    if [ ! -f "$home/data/PG_VERSION" ]; then
        say "Making a PostgreSQL cluster in $home."
        (umask 077 && secret >"$state/secrets/postgres")
        install -m 0644 "$state/secrets/postgres" "$home/password"
        [ "$(id -u)" = 0 ] && chown postgres "$home/password"
        chmod 600 "$home/password"
        as_postgres "$bin/initdb" -D "$home/data" -U postgres --auth=scram-sha-256 --pwfile="$home/password" \
            --locale=C.UTF-8 --encoding=UTF8 --no-sync >"$state/log/initdb.log" 2>&1 ||
            fail "Making the cluster failed; $state/log/initdb.log says why."
        rm -f "$home/password"
    fi
    postgres_password=$(cat "$state/secrets/postgres")
    if as_postgres "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then
        fail "PostgreSQL runs already in $home: another deploy/up is at work there, or was killed and left it." \
            "Stop it with: $bin/pg_ctl -D $home/data stop"
    fi
    postgres_port=$(free_port)
    # Its own process group: Ctrl-C in the terminal is for the script, which stops it last.
    as_postgres setsid "$bin/pg_ctl" -D "$home/data" -w -t 60 -l "$home/log" -o "$options -p $postgres_port" start \
        >"$state/log/pg_ctl.log" 2>&1 ||
        fail "PostgreSQL did not start; $home/log says why."
    postgres_data=$home/data
}

stop_postgres() {
    [ -n "${postgres_data:-}" ] || return 0
    as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres_data" -m fast -w -t 60 stop >/dev/null 2>&1 || true
    postgres_data=
}

# SQL as the superuser, on standard input.
postgres_sql() {
    PGPASSWORD=$postgres_password psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U postgres -d "${1:-postgres}"
}

secret() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# One database and one role a service: nobody else may connect to it.
ensure_database() {
    local name=$1 file=$state/secrets/database-$1
    [ -f "$file" ] || (umask 077 && secret >"$file")
    postgres_sql <<SQL
SELECT 'CREATE ROLE $name LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$name') \\gexec
ALTER ROLE $name PASSWORD '$(cat "$file")';
SELECT 'CREATE DATABASE $name OWNER $name' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$name') \\gexec
REVOKE ALL ON DATABASE $name FROM PUBLIC;
SQL
}

database_url() {
    printf 'postgresql://%s:%s@127.0.0.1:%s/%s' "$1" "$(cat "$state/secrets/database-$1")" "$postgres_port" "$1"
}

# --- Kafka --------------------------------------------------------------------------------------------------

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

# --- Processes ----------------------------------------------------------------------------------------------

started=()

# start NAME COMMAND…: in the background, in a process group of its own, with its output in the log folder. The log of
# the life before is kept beside it: after a crash that is where the reason stands.
start() {
    local name=$1
    shift
    [ ! -f "$state/log/$name.log" ] || mv "$state/log/$name.log" "$state/log/$name.log.1"
    setsid "$@" >"$state/log/$name.log" 2>&1 </dev/null &
    printf '%s' $! >"$state/run/$name.pid"
    started+=("$name")
}

is_running() { [ -f "$state/run/$1.pid" ] && kill -0 "$(cat "$state/run/$1.pid")" 2>/dev/null; }

# wait_until "sentence" SECONDS COMMAND…: waits for a level; ends the script if it is not reached.
wait_until() {
    local sentence=$1 deadline=$((SECONDS + $2)) name
    shift 2
    until "$@"; do
        for name in "${started[@]}"; do
            is_running "$name" || fail "$name has ended; the end of $state/log/$name.log: $(tail -n 3 "$state/log/$name.log")"
        done
        [ "$SECONDS" -lt "$deadline" ] || fail "Waited in vain until: $sentence. The logs are in $state/log."
        sleep 0.05
    done
}

# Ends what this script started: the services all at once, then the broker that they talk to. Each gets the 10 s of a
# graceful shutdown, and a little more.
stop_started() {
    local name
    for name in "${started[@]}"; do is_broker "$name" || signal_started TERM "$name"; done
    for name in "${started[@]}"; do is_broker "$name" || await_end "$name"; done
    for name in "${started[@]}"; do
        is_broker "$name" || continue
        signal_started TERM "$name"
        await_end "$name"
    done
    started=()
}

is_broker() { [ "$1" = broker ] || [ "$1" = kafka ]; }

signal_started() { ! is_running "$2" || kill "-$1" "$(cat "$state/run/$2.pid")" 2>/dev/null || true; }

await_end() {
    local name=$1 deadline=$((SECONDS + 15))
    while is_running "$name" && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
    if is_running "$name"; then
        say "$name did not stop in 15 s and is killed." >&2
        kill -KILL -- "-$(cat "$state/run/$name.pid")" 2>/dev/null || true
    fi
    rm -f "$state/run/$name.pid"
}

mkdir -p "$state/log" "$state/run" "$state/secrets"
chmod 700 "$state/secrets"
