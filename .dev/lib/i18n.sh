# shellcheck shell=bash
# ./dev i18n.

cmd_i18n() {
    setup
    local pot=$REPO/i18n/$MODULE.pot
    clone_db chorus_base chorus_i18n
    run_logged "$LOGS/i18n.log" odoo server -d chorus_i18n -i "$MODULE" --stop-after-init --no-http
    odoo i18n export -d chorus_i18n -l pot -o "$pot" "$MODULE" > "$LOGS/i18n-export.log" 2>&1 \
        || { cat "$LOGS/i18n-export.log" >&2; die "the export of the terms failed"; }
    drop_db chorus_i18n
    "$PY" "$REPO/.dev/translations.py" --merge
}
