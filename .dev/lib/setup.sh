# shellcheck shell=bash
# ./dev setup and ./dev clean.

# step NAME KEY COMMAND...: runs the command unless it has already succeeded for this key.
# The stamp is written last, so an interrupted step is done again from its beginning.
step() {
    local name=$1 key=$2 stamp=$STAMPS/$1
    shift 2
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && return 0
    rm -f "$stamp"
    say "set-up: $name"
    # Not `if "$@"`: inside a condition bash would forget `set -e`.
    "$@"
    printf '%s' "$key" > "$stamp"
}

hash_of() { cat "$@" | sha256sum | cut -c1-16; }

# We remove and replace only our own files.
check_home() {
    [ -d "$STAMPS" ] || [ -z "$(ls -A "$HOME_DIR" 2> /dev/null)" ] \
        || die "$HOME_DIR has other things in it: set CHORUS_DEV_HOME to a folder of its own"
}

python_packages() {
    local python
    python=$(find_python)
    step python "$(hash_of "$REPO/.dev/lock/build.txt" "$REPO/.dev/lock/requirements.txt") $python $("$python" -V)" \
        make_env "$python" "$VENV" build requirements
}

# setup [quiet]: quiet says nothing unless there is something to do.
setup() {
    local version
    # PostgreSQL's socket in it may have 107 characters, 103 on a Mac.
    [ -n "${DATABASE_URL:-}" ] || [ ${#HOME_DIR} -le 80 ] \
        || die "too long a path for a Unix socket (80 characters at most), set CHORUS_DEV_HOME: $HOME_DIR"
    check_home
    mkdir -p "$STAMPS" "$LOGS"
    # Two set-ups at once would tread on each other. The commands that we start inherit the
    # lock: a process that outlives a killed set-up keeps it too.
    exec 9> "$HOME_DIR/lock"
    if command -v flock > /dev/null && ! flock -n 9; then
        say "waiting for another set-up to end, which holds $HOME_DIR/lock"
        flock 9
    fi
    install_packages
    start_postgres 9>&-
    python_packages
    if [ -z "${ODOO_HOME:-}" ]; then
        # Unpacked whole or not at all. No stamp: a newer tool is no reason to fetch it again.
        [[ $(cat "$HOME_DIR/odoo/version" 2> /dev/null) == "$ODOO_SERIES".* ]] || unpack_odoo
        step fonts "$(cat "$HOME_DIR/odoo/version") $(grep -i '^xstatic-font-awesome==' "$REPO/.dev/lock/requirements.txt")" put_fonts
    fi
    [ ! -f "$STAMPS/no-wkhtmltopdf" ] || step wkhtmltopdf bookworm unpack_wkhtmltopdf
    step oracles "$(hash_of "$REPO/.dev/lock/oracles.txt")" unpack_oracles
    write_conf
    version=$(odoo_version)
    [[ $version == "$ODOO_SERIES"* ]] || die "this is Odoo $version; the addon is made for $ODOO_SERIES"
    [ "${1:-}" = quiet ] || say "Odoo $version, environment in $HOME_DIR"
    db_exists chorus_base || rm -f "$STAMPS/database"
    step database "$version ${ODOO_HOME:-} $PGHOST:$PGPORT" make_base_db
    exec 9>&-
}

clean() {
    check_home
    [ -d "$HOME_DIR" ] || return 0
    stop_postgres
    # The stamps' contents first, their folder last: an interrupted removal leaves nothing that
    # passes for done, nor a folder that does not pass for ours.
    rm -f "$STAMPS"/* "$HOME_DIR/odoo/version"
    find "$HOME_DIR" -mindepth 1 -maxdepth 1 -not -name stamps -exec rm -rf {} +
    rm -rf "$HOME_DIR"
}
