# shellcheck shell=bash
# ./dev wheel.

# The wheel holds what git exports (.gitattributes), built in a folder of the addon's name.
cmd_wheel() {
    local out=${1:-} copy
    [ -n "$out" ] || die "say where to put the wheel: ./dev wheel FOLDER"
    copy=$(mktemp -d)
    mkdir -p "$out" "$copy/$MODULE"
    git -C "$REPO" archive HEAD | tar -x -C "$copy/$MODULE"
    "$PY" -m build --wheel --no-isolation --outdir "$out" "$copy/$MODULE" > "$LOGS/wheel.log" 2>&1 \
        || { rm -rf "$copy"; tail -n 20 "$LOGS/wheel.log" >&2; die "the wheel does not build"; }
    rm -rf "$copy"
    ls "$out"/odoo_addon_l10n_fr_chorus_export-*.whl
}

wheel_is_right() {
    local out status=0
    out=$(mktemp -d)
    cmd_wheel "$out" && "$PY" - "$out"/*.whl <<'PY' || status=$?
import sys, zipfile
names = zipfile.ZipFile(sys.argv[1]).namelist()
addon = "odoo/addons/l10n_fr_chorus_export/"
needed = ["__manifest__.py", "chorus/ubl.py", "cli/chorus_export.py", "i18n/fr.po"]
missing = [name for name in needed if addon + name not in names]
tooling = [name for name in names if "/." in name or name.startswith(addon + "tests/plain")]
tooling += [name for name in names if name == addon + "dev"]
sys.exit(f"missing: {missing}, tooling: {tooling}" if missing or tooling else 0)
PY
    rm -rf "$out"
    return "$status"
}
