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
    "$PY" - "$pot" "$REPO/i18n/fr.po" <<'PY'
import pathlib, sys, polib
pot = polib.pofile(sys.argv[1])
# Odoo's export reads every Python file, tests included.
for entry in [e for e in pot if all("/tests/" in path for path, _line in e.occurrences)]:
    pot.remove(entry)
for key in ("POT-Creation-Date", "PO-Revision-Date"):  # no change without a change
    pot.metadata.pop(key, None)
pot.save()
path = pathlib.Path(sys.argv[2])
po = polib.pofile(str(path)) if path.exists() else polib.POFile()
po.metadata = {**pot.metadata, "Language": "fr", "Language-Team": "French",
    "Plural-Forms": "nplurals=2; plural=(n > 1);"}
po.merge(pot)
for entry in po.obsolete_entries():
    po.remove(entry)
po.save(str(path))
print(f"{path}: {po.percent_translated()} % translated")
PY
}
