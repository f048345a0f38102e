# What the scripts here share: words to the user, packages, secrets, processes; and with postgres.sh and kafka.sh a
# private PostgreSQL and a local Kafka. Sourced, never run. Everything it makes lies in $state (default: .filmclub in the
# repository).

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

# --- Processes ----------------------------------------------------------------------------------------------

# A port of the loopback that nobody answers on.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s' "$port"
}

started=()
bound_to_script=()

# start NAME COMMAND…: in the background, in a process group of its own, with its output in the log folder. The log of
# the life before is kept beside it: after a crash that is where the reason stands.
start() {
    local name=$1
    shift
    [ ! -f "$state/log/$name.log" ] || mv "$state/log/$name.log" "$state/log/$name.log.1"
    setsid "${bound_to_script[@]}" "$@" >"$state/log/$name.log" 2>&1 </dev/null 9>&- &
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

# What a script that was killed has left running: ends it, if the number still is that process's.
stop_leftovers() {
    local file name
    for file in "$state"/run/*.pid; do
        name=$(basename "$file" .pid)
        [ "$name" != up ] || continue
        if is_running "$name" && is_ours "$(cat "$file")"; then
            say "$name still runs, left by a deploy/up that was killed: it is stopped."
            signal_started TERM "$name"
            await_end "$name"
        fi
        rm -f "$file"
    done
}

# Whether a process was started for this house: its settings or arguments name the state folder.
is_ours() { cat "/proc/$1/environ" "/proc/$1/cmdline" 2>/dev/null | tr '\0' '\n' | grep -qF -- "$state/"; }

# One script at a time works on a state. The lock is the kernel's, and gone with the process, however that ends.
lock_house() {
    exec 9>"$state/run/up.lock"
    # A script that was killed leaves its last short sleep behind, which has the lock for so long.
    flock -w 2 9 ||
        fail "FilmClub is up already (process $(cat "$state/run/up.pid" 2>/dev/null || say unknown)). Stop that one first."
    # What it starts is ended by the kernel when the script is killed.
    bound_to_script=(setpriv --pdeathsig TERM --)
    printf '%s' $$ >"$state/run/up.pid"
    rm -f "$state/run/ready"
}

# Whether a deploy/up is at work here and has finished starting.
house_is_ready() { [ -f "$state/run/ready" ] && ! flock -n "$state/run/up.lock" true; }

# --- Secrets ------------------------------------------------------------------------------------------------

# 128 random bits.
secret() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# write_secret NAME TEXT: as a whole, and for nobody else to read.
write_secret() {
    (umask 077 && printf '%s' "$2" >"$state/secrets/$1.new") && mv "$state/secrets/$1.new" "$state/secrets/$1" ||
        fail "The secret $1 cannot be written to $state/secrets."
}

# --- The state folder ---------------------------------------------------------------------------------------

mkdir -p "$state/log" "$state/run" "$state/secrets" 2>/dev/null && chmod 700 "$state/secrets" 2>/dev/null &&
    [ -w "$state/run" ] && [ -w "$state/log" ] && [ -w "$state/secrets" ] ||
    fail "$(id -un) cannot write to $state; FILMCLUB_STATE names another folder."
state=$(cd "$state" && pwd) # absolute: scripts and services stand elsewhere

. "$root/deploy/postgres.sh"
. "$root/deploy/kafka.sh"
