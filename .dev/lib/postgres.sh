# shellcheck shell=bash
# PostgreSQL: the private server or that of DATABASE_URL, and copies of databases.

use_database_url() {
    local host
    [[ $DATABASE_URL =~ ^postgres(ql)?://(([^:@/]*)(:([^@/]*))?@)?([^:/?]*)(:([0-9]+))?(/[^?]*)?(\?(.*))?$ ]] \
        || die "DATABASE_URL must look like postgresql://user:password@host:port"
    decoded() { printf '%b' "${1//%/\\x}"; }
    host=${BASH_REMATCH[6]:-localhost}
    export PGPORT=${BASH_REMATCH[8]:-5432}
    if [ -n "${BASH_REMATCH[3]}" ]; then export PGUSER; PGUSER=$(decoded "${BASH_REMATCH[3]}"); fi
    if [ -n "${BASH_REMATCH[5]}" ]; then export PGPASSWORD; PGPASSWORD=$(decoded "${BASH_REMATCH[5]}"); fi
    # a socket's folder: postgresql://user@/?host=/run/postgresql
    if [[ ${BASH_REMATCH[11]} =~ (^|&)host=([^&]+) ]]; then host=${BASH_REMATCH[2]}; fi
    export PGHOST
    PGHOST=$(decoded "$host")
    [ "${PGUSER:-$(id -un)}" != postgres ] || die "Odoo refuses the database user 'postgres': name another in DATABASE_URL"
}

# The server refuses to run as root, Odoo refuses the database user "postgres".
pg_run() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

init_cluster() {
    stop_postgres # an older one, of another version or half made
    rm -rf "$HOME_DIR/pg"
    mkdir -p "$HOME_DIR/pg"
    if [ "$(id -u)" = 0 ]; then chown postgres: "$HOME_DIR/pg"; fi
    chmod 700 "$HOME_DIR/pg"
    pg_run test -w "$HOME_DIR/pg" \
        || die "the user 'postgres' cannot reach $HOME_DIR: set CHORUS_DEV_HOME to a folder open to it"
    pg_run "$(pg_bin)/initdb" -D "$HOME_DIR/pg/data" -U odoo --auth=trust -E UTF8 --locale=C.UTF-8 \
        > "$LOGS/initdb.log" 2>&1 || { cat "$LOGS/initdb.log" >&2; die "initdb failed"; }
    # A cluster for development: speed counts, a power cut does not.
    pg_run tee -a "$HOME_DIR/pg/data/postgresql.conf" > /dev/null <<PGCONF
listen_addresses = ''
unix_socket_directories = '$HOME_DIR/pg'
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 60
PGCONF
}

start_private_postgres() {
    local bin version data=$HOME_DIR/pg/data pid pause
    bin=$(pg_bin)
    version=$("$bin/postgres" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
    [ "$version" -ge "$POSTGRESQL_MIN" ] || die "PostgreSQL $version is older than $POSTGRESQL_MIN"
    step postgresql "$version" init_cluster
    export PGHOST=$HOME_DIR/pg PGPORT=5432 PGUSER=odoo
    # Several tries: the children of a killed server need a moment to notice.
    for pause in 0 0.1 1 2 4 8; do
        sleep "$pause"
        if "$bin/pg_isready" -q; then return 0; fi
        # The process number that a killed server left behind may be another program's by now.
        pid=$(head -n 1 "$data/postmaster.pid" 2> /dev/null || true)
        if [ -n "$pid" ] && [ -f "/proc/$pid/cmdline" ] && ! grep -qsF "$data" "/proc/$pid/cmdline"; then
            rm -f "$data/postmaster.pid" "$HOME_DIR"/pg/.s.PGSQL.*
        fi
        pg_run "$bin/pg_ctl" -D "$data" -l "$HOME_DIR/pg/log" -w start > "$LOGS/pg_ctl.log" 2>&1 || true
    done
    tail -n 20 "$LOGS/pg_ctl.log" "$HOME_DIR/pg/log" >&2 || true
    die "PostgreSQL does not start"
}

start_postgres() {
    local version
    if [ -n "${DATABASE_URL:-}" ]; then use_database_url; else start_private_postgres; fi
    version=$(PGCONNECT_TIMEOUT=10 psql -XtAc 'SHOW server_version_num' postgres) \
        || die "no connection to PostgreSQL at $PGHOST, port $PGPORT"
    [ $((version / 10000)) -ge "$POSTGRESQL_MIN" ] \
        || die "the PostgreSQL at $PGHOST is older than $POSTGRESQL_MIN"
}

stop_postgres() {
    [ -d "$HOME_DIR/pg/data" ] || return 0
    pg_run "$(pg_bin)/pg_ctl" -D "$HOME_DIR/pg/data" -m fast stop > /dev/null 2>&1 || true
}

db_exists() { [ "$(psql -XtAc "SELECT 1 FROM pg_database WHERE datname = '$1'" postgres)" = 1 ]; }

drop_db() {
    PGOPTIONS='-c client_min_messages=warning' \
        psql -Xqc "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" postgres
    rm -rf "$HOME_DIR/data/filestore/${1:?}" "$HOME_DIR/data/$MODULE/${1:?}"
}

# clone_db SOURCE TARGET: a copy of a database with its files, even while users are connected.
clone_db() {
    drop_db "$2"
    "$REPO/.dev/copy_db.sh" "$1" "$2"
    [ ! -d "$HOME_DIR/data/filestore/$1" ] \
        || cp -r "$HOME_DIR/data/filestore/$1" "$HOME_DIR/data/filestore/$2"
}
