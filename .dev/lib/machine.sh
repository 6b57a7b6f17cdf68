# shellcheck shell=bash
# The programs of the machine, and the Debian packages that are missing.

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo > /dev/null; then sudo "$@"
    else die "'$*' must be run by root: install sudo or run it yourself"; fi
}

is_debian() { command -v apt-get > /dev/null && [ -f /usr/share/keyrings/debian-archive-keyring.gpg ]; }

python_ok() {
    command -v "$1" > /dev/null && "$1" - "$PYTHON_MIN" "$PYTHON_MAX" <<'PY' > /dev/null 2>&1
import ensurepip, sys, venv
oldest, newest = (tuple(map(int, version.split("."))) for version in sys.argv[1:])
sys.exit(not oldest <= sys.version_info[:2] <= newest)
PY
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-python3}" /usr/bin/python3 python3.13 python3.12 python3.11; do
        if python_ok "$candidate"; then command -v "$candidate"; return; fi
    done
    return 1
}

# pg_bin: the folder of the newest PostgreSQL server programs found.
pg_bin() {
    local initdb
    initdb=$({ ls -d /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb \
        /usr/local/opt/postgresql*/bin/initdb /usr/bin/initdb; } 2> /dev/null | sort -V | tail -n 1)
    # Elsewhere by the path; a link stands for the folder where all the programs are.
    [ -n "$initdb" ] || initdb=$(readlink -f "$(command -v initdb)") || return 1
    [ -x "$initdb" ] && dirname "$initdb"
}

find_browser() {
    local name
    for name in google-chrome chromium chromium-browser google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        command -v "$name" && return 0
    done
    return 1
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 "$@"
}

in_archive() { [ -n "$(apt-cache madison "$1" 2> /dev/null)" ]; }

apt_install() {
    local packages=() package unfinished=$STAMPS/apt-unfinished
    : > "$LOGS/apt.log"
    # A dpkg that was interrupted refuses all work until this is done.
    as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a >> "$LOGS/apt.log" 2>&1 || true
    # One unreachable source among several need not be the one that we need.
    apt_get update || printf 'apt-get update failed: going on with the package lists at hand\n' >&2
    for package in $(printf '%s\n' "$@" | sort -u); do
        # Debian 13 has dropped it: the set-up unpacks that of Debian 12.
        if [ "$package" = wkhtmltopdf ] && in_archive postgresql && ! in_archive wkhtmltopdf; then
            touch "$STAMPS/no-wkhtmltopdf"
        else packages+=("$package"); fi
    done
    [ ${#packages[@]} -gt 0 ] || return 0
    say "Debian packages installed: ${packages[*]}"
    echo "${packages[*]}" > "$unfinished"
    apt_get install -y --fix-broken --no-install-recommends "${packages[@]}" >> "$LOGS/apt.log" 2>&1 \
        || { tail -n 20 "$LOGS/apt.log" >&2; die "apt-get install failed: ${packages[*]}"; }
    rm "$unfinished"
}

install_packages() {
    local missing=() package
    if is_debian; then
        # Interrupted in the middle, they are there but not configured.
        [ ! -f "$STAMPS/apt-unfinished" ] || read -ra missing < "$STAMPS/apt-unfinished"
        find_python > /dev/null || missing+=(python3 python3-venv)
        [ -n "${DATABASE_URL:-}" ] || [ -n "$(pg_bin)" ] || missing+=(postgresql)
        command -v psql > /dev/null || missing+=(postgresql-client)
        find_browser > /dev/null || missing+=(chromium)
        command -v git > /dev/null || missing+=(git)
        [ -f "$STAMPS/no-wkhtmltopdf" ] || command -v wkhtmltopdf > /dev/null || missing+=(wkhtmltopdf)
        # python-magic needs the library of `file`, whose package's name differs between releases
        command -v file > /dev/null || missing+=(file)
        for package in ca-certificates fonts-dejavu-core; do # a bare container lacks them
            dpkg-query -W -f='${Status}' "$package" 2> /dev/null | grep -q '^install ok' \
                || missing+=("$package")
        done
        [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
    fi
    find_python > /dev/null || die "Python $PYTHON_MIN to $PYTHON_MAX with venv is needed (or PYTHON)"
    command -v psql > /dev/null || die "psql, PostgreSQL's client, is needed"
    [ -n "${DATABASE_URL:-}" ] || [ -n "$(pg_bin)" ] \
        || die "PostgreSQL $POSTGRESQL_MIN or newer is needed (or DATABASE_URL)"
}
