# shellcheck shell=bash
# ./dev wheel.

# git in the tree, also when the tree is another user's.
in_git() { git -c "safe.directory=$REPO" -C "$REPO" "$@"; }

# cmd_wheel FOLDER [COMMIT]: the wheel of git's export (.gitattributes), built in a folder
# of the addon's name.
cmd_wheel() {
    local out=${1:-} commit=${2:-HEAD} copy
    [ -n "$out" ] || die "say where to put the wheel: ./dev wheel FOLDER"
    copy=$(mktemp -d)
    mkdir -p "$out" "$copy/$MODULE"
    in_git archive "$commit" | tar -x -C "$copy/$MODULE"
    # The README is the wheel's page on a package index, which shows no picture of a folder.
    sed -i '/^ *\.\. image::/,/^ *$/d' "$copy/$MODULE/README.rst"
    "$PY" -m build --wheel --no-isolation --outdir "$out" "$copy/$MODULE" > "$LOGS/wheel.log" 2>&1 \
        || { rm -rf "$copy"; tail -n 20 "$LOGS/wheel.log" >&2; die "the wheel does not build"; }
    rm -rf "$copy"
    ls "$out"/odoo_addon_l10n_fr_chorus_export-*.whl
}
