# shellcheck shell=bash
# ./dev test and its parts.

# plain_tests FOLDER ARGS...: those of plain, when all of them are run, on all cores.
plain_tests() {
    local options=(-p no:cacheprovider)
    [ "$*" != plain ] || options+=(-n logical --dist worksteal)
    (cd "$REPO" && CHORUS_TEST_FULL=${FULL:-} "$PY" -m pytest -c .dev/pytest.ini \
        --rootdir "tests/$1" --confcutdir "tests/$1" "${options[@]}" "tests/$1" "${@:2}")
}

oldest_python() { PYTHON_MAX=$PYTHON_MIN find_python; }

# The plain tests with the oldest packages that users may have. Their pikepdf cannot judge PDF/A:
# the environment of the others does.
minima_tests() {
    local python FULL='' PY=$VENV/bin/python
    python=$(oldest_python) \
        || die "the oldest packages exist for Python $PYTHON_MIN alone, which is not here"
    step minima "$(hash_of "$REPO/.dev/lock/minima.txt") $python $("$python" -V)" \
        make_env "$python" "$HOME_DIR/minima" minima
    local -x CHORUS_PDFA_PYTHON=$PY
    PY=$HOME_DIR/minima/bin/python plain_tests plain
}

odoo_tests() {
    local status=0
    rm -f "$STAMPS/test"
    tests_db
    clone_db chorus_tests "$TEST_DB"
    run_logged "$LOGS/odoo.log" odoo server -d "$TEST_DB" -i "$MODULE" --with-demo --stop-after-init \
        --test-tags "/$MODULE,-chorus_browser" --http-port "$TEST_PORT" || status=$?
    # Failed tests leave a database that serves the others, a failed installation does not.
    [ "$(psql -XtAc "SELECT state FROM ir_module_module WHERE name = '$MODULE'" "$TEST_DB")" != installed ] \
        || tree_key > "$STAMPS/test"
    return "$status"
}

# The database that odoo_tests leaves behind, made again when the tree has changed since.
test_db() {
    { db_exists "$TEST_DB" && [ "$(cat "$STAMPS/test" 2> /dev/null)" = "$(tree_key)" ]; } || odoo_tests
}

browser_tests() {
    test_db
    run_logged "$LOGS/browser.log" odoo server -d "$TEST_DB" --stop-after-init \
        --test-tags "chorus_browser/$MODULE" --screenshots "$HOME_DIR/screenshots" --http-port "$TEST_PORT"
}

# Tests that start real Odoo processes on a committed database of their own.
process_tests() {
    test_db
    clone_db "$TEST_DB" "$PROCESS_DB"
    export CHORUS_DEV=$REPO/dev CHORUS_PROCESS_DB=$PROCESS_DB CHORUS_DATA_DIR=$HOME_DIR/data
    export CHORUS_ODOO_CONF=$CONF CHORUS_MODULE=$MODULE
    npm_packages
    CHORUS_BROWSER=$(find_browser) CHORUS_NPM=$NPM_DIR CHORUS_NODE=$(node -p process.execPath) \
        plain_tests process
}

# The wheel of the tree, uncommitted changes included, in an Odoo without any other part of ours.
package_tests() {
    local commit
    export CHORUS_WHEELS=$HOME_DIR/wheels CHORUS_NEIGHBOURS=$HOME_DIR/neighbours
    export CHORUS_PACKAGE=$HOME_DIR/package CHORUS_DATA_DIR=$HOME_DIR/data
    CHORUS_ODOO_PATH=$(odoo_path) CHORUS_ODOO_PROGRAM=$(odoo_program) CHORUS_ODOO_ADDONS=$(odoo_addons)
    export CHORUS_ODOO_PATH CHORUS_ODOO_PROGRAM CHORUS_ODOO_ADDONS
    rm -rf "$CHORUS_WHEELS"
    step neighbours "$(hash_of "$REPO/.dev/lock/neighbours.txt")" fetch_neighbours
    commit=$(in_git -c user.name=dev -c user.email=dev@localhost stash create)
    cmd_wheel "$CHORUS_WHEELS" "${commit:-HEAD}"
    plain_tests package
}

PASSED=0
FAILED=0
SKIPPED=0

# count NAME LOG STATUS: adds up the counts of a part; a part without any test failed.
count() {
    local name=$1 log=$2 status=$3 passed=0 failed=0 skipped=0 errors
    case $name in
        odoo | browser)
            passed=$({ grep -o 'of [0-9]* tests when loading' "$log" || true; } | awk '{n += $2} END {print n + 0}')
            failed=$({ grep -oE '[0-9]+ failed, [0-9]+ error' "$log" || true; } | awk '{n += $1 + $3} END {print n + 0}')
            # Odoo counts a test that was skipped among those that it ran.
            skipped=$(grep -c ' INFO .*: skipped .* : ' "$log" || true)
            passed=$((passed - failed - skipped))
            ;;
        plain | minima | process | package)
            passed=$({ grep -oE '[0-9]+ passed' "$log" || true; } | tail -n 1 | awk '{print $1 + 0}')
            failed=$({ grep -oE '[0-9]+ failed' "$log" || true; } | tail -n 1 | awk '{print $1 + 0}')
            errors=$({ grep -oE '[0-9]+ error' "$log" || true; } | tail -n 1 | awk '{print $1 + 0}')
            failed=$((${failed:-0} + ${errors:-0}))
            skipped=$({ grep -oE '[0-9]+ skipped' "$log" || true; } | tail -n 1 | awk '{print $1 + 0}')
            ;;
        lint | pages)
            passed=$(grep -c '^ok ' "$log" || true)
            failed=$(grep -c '^FAILED ' "$log" || true)
            ;;
    esac
    passed=${passed:-0} failed=${failed:-0} skipped=${skipped:-0}
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    if [ "$passed" = 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
    printf '%-8s %4s passed %4s failed %4s skipped  (%s s)  %s\n' \
        "$name" "$passed" "$failed" "$skipped" "$SECONDS" "$log"
}

cmd_test() {
    FULL='' PARTS=()
    local part arg status
    for arg in "$@"; do
        case $arg in
            --full) FULL=1 ;;
            lint | plain | minima | odoo | process | package | browser | pages) PARTS+=("$arg") ;;
            *) die "unknown test part: $arg" ;;
        esac
    done
    setup
    if [ ${#PARTS[@]} = 0 ]; then
        PARTS=(lint plain odoo process package browser pages)
        if [ -z "$FULL" ]; then :
        elif oldest_python > /dev/null; then PARTS+=(minima)
        else say "skipped: minima, whose packages exist for Python $PYTHON_MIN alone, which is not here"; fi
    fi
    versions_around
    export CHORUS_TEST_FULL=$FULL
    for part in "${PARTS[@]}"; do
        say "tests: $part"
        SECONDS=0 status=0
        local log=$LOGS/$part.log
        # A subshell keeps `set -e` alive, which a condition would switch off.
        set +e
        case $part in
            lint) (set -e; cmd_lint) 2>&1 | tee "$log"; status=${PIPESTATUS[0]} ;;
            plain) (set -e; plain_tests plain) 2>&1 | tee "$log"; status=${PIPESTATUS[0]} ;;
            minima) (set -e; minima_tests) 2>&1 | tee "$log"; status=${PIPESTATUS[0]} ;;
            package) (set -e; package_tests) 2>&1 | tee "$log"; status=${PIPESTATUS[0]} ;;
            process) (set -e; process_tests) 2>&1 | tee "$log"; status=${PIPESTATUS[0]} ;;
            odoo) (set -e; odoo_tests); status=$? ;;
            browser) (set -e; browser_tests); status=$? ;;
            pages) (set -e; screenshots "$HOME_DIR/screenshots/pages") 2>&1 | tee "$log"; status=${PIPESTATUS[0]} ;;
        esac
        set -e
        count "$part" "$log" "$status"
    done
    [ "$FAILED" = 0 ] || say_untested
    printf '%s passed, %s failed, %s skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
    [ "$FAILED" = 0 ]
}
