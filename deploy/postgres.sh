# A private PostgreSQL server, and a database with its roles for each service. Sourced by lib.sh, never run.

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

# What PostgreSQL needs for itself before it does anything: a cluster is 40 MiB, and its log of changes grows.
postgres_free_min_mib=200

# Makes the cluster, at the first time.
make_cluster() {
    local bin=$1 home=$2 free
    free=$(df -Pm "$home" | awk 'END { print $4 }')
    [ "$free" -ge "$postgres_free_min_mib" ] ||
        fail "There are $free MiB left where $home lies; the databases need $postgres_free_min_mib MiB."
    say "Making a PostgreSQL cluster in $home."
    # What an up that was killed here has left half made.
    as_postgres rm -rf "$home/data" "$home/making"
    write_secret postgres "$(secret)"
    # Through a pipe of its own: the user postgres has no way into our secrets.
    as_postgres bash -c '"$0" --pwfile=<(cat) "$@"' "$bin/initdb" \
        -D "$home/making" -U postgres --auth=scram-sha-256 --locale=C.UTF-8 --encoding=UTF8 --no-sync \
        <"$state/secrets/postgres" >"$state/log/initdb.log" 2>&1 ||
        fail "Making the cluster failed; $state/log/initdb.log says why: $(tail -n 2 "$state/log/initdb.log")"
    as_postgres mv "$home/making" "$home/data"
}

# Starts the private server, made at the first time; leaves $postgres_port, and the superuser's password in $PGPASSFILE
# and in $postgres_password, which goes into no environment. "unsafe" as first argument makes it fast and forgetful, for tests.
start_postgres() {
    local bin home options="-c unix_socket_directories= -c listen_addresses=127.0.0.1 -c max_connections=200"
    bin=$(postgres_bin)
    home=$(postgres_home)
    # SQLSTATE, user and database on each line. Terse: a line's DETAIL would quote values.
    options="$options -c log_line_prefix='%m [%p] %e %u@%d ' -c log_error_verbosity=terse"
    [ "${1:-}" = unsafe ] && options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    [ -f "$home/data/PG_VERSION" ] || make_cluster "$bin" "$home"
    postgres_password=$(cat "$state/secrets/postgres")
    write_secret pgpass "127.0.0.1:*:*:postgres:$postgres_password"
    export PGPASSFILE=$state/secrets/pgpass
    if as_postgres "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then
        # We hold the house's lock, so that nobody else is at work here.
        say "PostgreSQL still runs in $home, left by a deploy/up that was killed: it is started again."
        as_postgres "$bin/pg_ctl" -D "$home/data" -m fast -w -t 60 stop >"$state/log/pg_ctl.log" 2>&1 ||
            fail "It does not stop; $state/log/pg_ctl.log says why."
    fi
    postgres_port=$(free_port)
    # Its own process group: Ctrl-C in the terminal is for the script, which stops it last.
    as_postgres setsid "$bin/pg_ctl" -D "$home/data" -w -t 60 -l "$home/log" -o "$options -p $postgres_port" start \
        >"$state/log/pg_ctl.log" 2>&1 9>&- ||
        fail "PostgreSQL did not start; $home/log says why: $(as_postgres tail -n 2 "$home/log" 2>/dev/null)"
    postgres_data=$home/data
}

stop_postgres() {
    [ -n "${postgres_data:-}" ] || return 0
    as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres_data" -m fast -w -t 60 stop >/dev/null 2>&1 || true
    postgres_data=
}

# SQL as the superuser, on standard input.
postgres_sql() {
    psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U postgres -d "${1:-postgres}" >/dev/null
}

# A role that may log in and nothing else, with its password in $state/secrets.
role_sql() {
    [ -s "$state/secrets/role-$1" ] || write_secret "role-$1" "$(secret)"
    cat <<SQL
SELECT 'CREATE ROLE $1' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') \\gexec
ALTER ROLE $1 LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT
    PASSWORD '$(cat "$state/secrets/role-$1")';
SQL
}

# One database a service with two roles of its own: NAME serves and may only read and write rows, as the service grants
# it when it has migrated; NAME_owner owns the schema and is used for that alone. Nobody else may connect, but for
# filmclub_operator, who reads (see grant_operator).
database_sql() {
    role_sql "$1"
    role_sql "$1_owner"
    cat <<SQL
SELECT 'CREATE DATABASE $1 OWNER $1_owner' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$1') \\gexec
\\connect $1
-- Made before there were owners.
SELECT 'REASSIGN OWNED BY $1 TO $1_owner' FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba
    WHERE datname = '$1' AND rolname = '$1' \\gexec
REVOKE ALL ON DATABASE $1 FROM PUBLIC, $1;
GRANT CONNECT ON DATABASE $1 TO $1, filmclub_operator;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
}

# ensure_databases NAME…: makes what is missing, and leaves in $state/secrets the address of each database a role:
# NAME.url, NAME_owner.url and NAME_operator.url.
ensure_databases() {
    local name
    {
        # A statement that fails would stand in the server's log, password and all.
        say "SET log_min_error_statement = panic;"
        role_sql filmclub_operator
        say "REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;"
        for name in "$@"; do
            database_sql "$name"
        done
    } | postgres_sql
    for name in "$@"; do
        write_secret "$name.url" "$(database_url "$name" "$name")"
        write_secret "${name}_owner.url" "$(database_url "${name}_owner" "$name")"
        write_secret "${name}_operator.url" "$(database_url filmclub_operator "$name")"
    done
}

# For one more beside the house's.
ensure_database() { ensure_databases "$1"; }

# grant_operator NAME…: what `filmclub` reads of a service's store, once the service has made it.
grant_operator() {
    local name
    for name in "$@"; do
        printf '\\connect %s\nGRANT SELECT ON event_log, inbox_watermark, inbox_parked, schema_migrations TO filmclub_operator;\n' "$name"
    done | postgres_sql
}

# database_url ROLE DATABASE: a secret.
database_url() {
    printf 'postgresql://%s:%s@127.0.0.1:%s/%s' "$1" "$(cat "$state/secrets/role-$1")" "$postgres_port" "$2"
}
