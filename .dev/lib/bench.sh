# shellcheck shell=bash
# ./dev bench and handovers.

# The invoices are made once; the module is updated each time.
cmd_bench() {
    local large='' parts='pace memory' what
    case ${1:-} in
        '') ;;
        --views) parts=invoices ;;
        --large) large=1 ;;
        *) die "unknown option: $1" ;;
    esac
    setup
    db_exists "$BENCH_DB" || clone_db chorus_base "$BENCH_DB"
    run_logged "$LOGS/bench-install.log" odoo server -d "$BENCH_DB" -i "$MODULE" -u "$MODULE" \
        --stop-after-init --no-http
    for what in $parts; do
        CHORUS_BENCH=$what CHORUS_BENCH_LARGE=$large odoo shell -d "$BENCH_DB" --no-http \
            --log-level=warn < "$REPO/.dev/bench.py" || die "the benchmark failed"
    done
    bench_views
}

# The cost of the list and the form of invoices with the addon, and without it.
bench_views() {
    local bare=${BENCH_DB}_bare db
    rm -f "$HOME_DIR"/tmp-*.json
    clone_db "$BENCH_DB" "$bare"
    echo "env['ir.module.module'].search([('name', '=', '$MODULE')]).button_immediate_uninstall()" \
        | odoo shell -d "$bare" --no-http --log-level=error
    # In turns: the load of the machine then slows both.
    for _turn in 1 2 3; do
        for db in "$bare" "$BENCH_DB"; do
            CHORUS_BENCH_RESULT=$HOME_DIR/tmp-$db.json odoo shell -d "$db" --no-http \
                --log-level=error < "$REPO/.dev/bench_views.py"
        done
    done
    "$PY" - "$HOME_DIR/tmp-$bare.json" "$HOME_DIR/tmp-$BENCH_DB.json" <<'PY'
import json, statistics, sys


def medians(path):
    turns = [json.loads(line) for line in open(path)]
    return {name: statistics.median(sum((turn[name] for turn in turns), [])) for name in turns[0]}


without, with_it = map(medians, sys.argv[1:])
print(f"\n{'what the server takes, ms':32} {'without':>8} {'with':>8}")
for name, taken in without.items():
    print(f"{name:32} {taken:8.1f} {with_it[name]:8.1f}  {100 * (with_it[name] / taken - 1):+.0f} %")
PY
    rm -f "$HOME_DIR"/tmp-*.json
    drop_db "$bare"
}

# In a copy of the demonstration, for the export is committed.
cmd_handovers() {
    local db=chorus_handovers status=0
    setup
    demo_base_db
    clone_db "$DEMO_BASE_DB" "$db"
    odoo shell -d "$db" --no-http --log-level=warn < "$REPO/.dev/handovers.py" || status=$?
    drop_db "$db"
    return "$status"
}
