# shellcheck shell=bash
# ./dev lock.

# cmd_lock [--keep]: --keep keeps the locked versions, and locks new entries of the lists.
cmd_lock() {
    local python old=$HOME_DIR/lock-before keep=${1:-}
    case $keep in '' | --keep) ;; *) die "unknown option: $keep" ;; esac
    check_home
    mkdir -p "$STAMPS" "$LOGS"
    install_packages
    python=$(find_python)
    # An environment of its own: a lock that cannot be installed any more can be written again.
    step uv "$(hash_of "$REPO/.dev/lock/uv.txt") $python $("$python" -V)" make_env "$python" "$HOME_DIR/uv" uv
    rm -rf "$old"
    cp -r "$REPO/.dev/lock" "$old"
    "$HOME_DIR/uv/bin/python" "$REPO/.dev/lock.py" compile ${keep:+"$keep"} || die "the locks cannot be written"
    python_packages # npm is in it
    rm -rf "$NPM_DIR" "$STAMPS/npm"
    mkdir -p "$NPM_DIR"
    cp "$REPO/.dev/package.json" "$NPM_DIR"
    [ -z "$keep" ] || cp "$REPO/.dev/lock/package-lock.json" "$NPM_DIR"
    npm install --package-lock-only --omit-lockfile-registry-resolved
    cp "$NPM_DIR/package-lock.json" "$REPO/.dev/lock"
    "$PY" "$REPO/.dev/lock.py" changes "$old"
}
