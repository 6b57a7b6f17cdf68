# shellcheck shell=bash
# ./dev test and its parts.

# plain_tests FOLDER ARGS...: those of plain, when all of them are run, on all cores.
plain_tests() {
    local options=(-p no:cacheprovider --durations=15 --durations-min=2)
    [ "$*" != plain ] || options+=(-n logical --dist worksteal)
    (cd "$REPO" && CHORUS_TEST_FULL=${FULL:-} "$PY" -m pytest -c .dev/pytest.ini \
        --rootdir "tests/$1" --confcutdir "tests/$1" "${options[@]}" "tests/$1" "${@:2}")
}

oldest_python() { PYTHON_MAX=$PYTHON_MIN find_python; }

# The plain tests with the oldest packages that users may have. Their pikepdf cannot judge PDF/A:
# the environment of the others does.
minima_tests() {
    local python FULL='' PY=$VENV/bin/python
    if ! python=$(oldest_python); then
        echo "1 skipped: the oldest packages exist for Python $PYTHON_MIN alone, which is not here"
        return
    fi
    step minima "$(hash_of "$REPO/.dev/lock/minima.txt") $python $("$python" -V)" \
        make_env "$python" "$HOME_DIR/minima" minima
    local -x CHORUS_PDFA_PYTHON=$PY
    PY=$HOME_DIR/minima/bin/python plain_tests plain
}

# The addon as it is installed, with its demonstration. Tests copy it and never change it.
make_installed_db() {
    clone_db chorus_tests "$INSTALLED_DB"
    run_logged "$LOGS/installed.log" odoo server -d "$INSTALLED_DB" -i "$MODULE" --with-demo \
        --stop-after-init --no-http
}

installed_db() {
    tests_db
    db_exists "$INSTALLED_DB" || rm -f "$STAMPS/installed"
    step installed "$(tree_key)" make_installed_db
}

# Each part that may run beside another has a database and a port of its own.
odoo_tests() {
    installed_db
    clone_db "$INSTALLED_DB" "$TEST_DB"
    run_logged "$LOGS/odoo.log" odoo server -d "$TEST_DB" -u "$MODULE" --stop-after-init \
        --test-tags "/$MODULE,-chorus_browser" --http-port "$((TEST_PORT + 10))"
}

browser_tests() {
    installed_db
    clone_db "$INSTALLED_DB" "$BROWSER_DB"
    run_logged "$LOGS/browser.log" odoo server -d "$BROWSER_DB" --stop-after-init \
        --test-tags "chorus_browser/$MODULE" --screenshots "$HOME_DIR/screenshots" \
        --http-port "$((TEST_PORT + 20))"
    drop_db "$BROWSER_DB"
}

# Tests that start real Odoo processes on a committed database of their own.
process_tests() {
    installed_db
    clone_db "$INSTALLED_DB" "$PROCESS_DB"
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
    # A tree whose files were copied looks changed until git has compared them.
    in_git update-index -q --refresh > /dev/null || true
    commit=$(in_git -c user.name=dev -c user.email=dev@localhost stash create)
    cmd_wheel "$CHORUS_WHEELS" "${commit:-HEAD}"
    plain_tests package
}

# count NAME LOG STATUS: prints the result of a part and keeps its three numbers; a part without
# any test failed.
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
    # On a machine without the oldest Python, all of minima is skipped.
    [ $((passed + failed)) -gt 0 ] || [ "$name $skipped" = "minima 1" ] || failed=1
    echo "$passed $failed $skipped" > "$LOGS/$name.result"
    printf '%-8s %4s passed %4s failed %4s skipped  (%s s)  %s\n' \
        "$name" "$passed" "$failed" "$skipped" "$SECONDS" "$log"
}

# run_part NAME: one part, with its log and its result.
run_part() {
    local name=$1 status=0
    local log=$LOGS/$name.log
    SECONDS=0
    say "tests: $name"
    # A subshell keeps `set -e` alive, which a condition would switch off.
    set +e
    case $name in
        lint) (set -e; cmd_lint) > "$log" 2>&1; status=$? ;;
        plain) (set -e; plain_tests plain) > "$log" 2>&1; status=$? ;;
        minima) (set -e; minima_tests) > "$log" 2>&1; status=$? ;;
        package) (set -e; package_tests) > "$log" 2>&1; status=$? ;;
        process) (set -e; process_tests) > "$log" 2>&1; status=$? ;;
        pages) (set -e; screenshots "$HOME_DIR/screenshots/pages") > "$log" 2>&1; status=$? ;;
        # They write their log themselves.
        odoo) (set -e; odoo_tests); status=$? ;;
        browser) (set -e; browser_tests); status=$? ;;
    esac
    set -e
    case $name in odoo | browser) ;; *) [ "$status" = 0 ] || cat "$log" ;; esac
    count "$name" "$log" "$status"
}

# run_lanes LANE...: lanes run side by side, the parts of each one after the other.
run_lanes() {
    local lane part lanes=()
    if [ $# = 1 ]; then
        for part in $1; do run_part "$part"; done
        return
    fi
    # A lane leads a process group, so that stopping us stops all that it has started: by the
    # signal that lets pytest end the servers of its tests.
    set -m
    for lane in "$@"; do
        (
            trap 'exit 130' INT TERM HUP
            for part in $lane; do run_part "$part"; done
        ) < /dev/null &
        lanes+=("$!")
    done
    set +m
    # shellcheck disable=SC2064
    trap "kill -INT -- ${lanes[*]/#/-} 2> /dev/null; wait; exit 130" INT TERM HUP
    # The result of a lane that died is missing, and counted as a failure.
    wait "${lanes[@]}" || true
    trap 'exit 130' INT TERM HUP
}

cmd_test() {
    FULL=''
    local arg part parts=() passed=0 failed=0 skipped=0 numbers
    for arg in "$@"; do
        case $arg in
            --full) FULL=1 ;;
            lint | plain | minima | odoo | process | package | browser | pages) parts+=("$arg") ;;
            *) die "unknown test part: $arg" ;;
        esac
    done
    # pytest and Odoo end at the signal as if they were done: without this, the next part began.
    trap 'exit 130' INT TERM HUP
    setup
    versions_around
    export CHORUS_TEST_FULL=$FULL
    rm -f "$LOGS"/*.result
    if [ ${#parts[@]} != 0 ]; then
        run_lanes "${parts[*]}"
    else
        parts=(lint plain odoo process package browser pages)
        [ -z "$FULL" ] || parts+=(minima)
        run_lanes "lint plain" # which use all cores
        # Made before the lanes, which share them.
        installed_db
        demo_base_db
        npm_packages
        run_lanes odoo "process package browser pages"
        [ -z "$FULL" ] || run_lanes minima
    fi
    for part in "${parts[@]}"; do
        numbers=$(cat "$LOGS/$part.result" 2> /dev/null || echo 0 1 0)
        # shellcheck disable=SC2086
        set -- $numbers
        passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
    done
    [ "$failed" = 0 ] || say_untested
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ]
}
