# shellcheck shell=bash
# ./dev lint.

lint_one() {
    local name=$1
    shift
    local out
    if out=$("$@" 2>&1); then echo "ok $name"; else
        echo "$out"
        echo "FAILED $name"
        return 1
    fi
}

# tracked PATTERN...: the tree's files, those not yet added too.
tracked() {
    local file
    in_git ls-files -co --exclude-standard "$@" \
        | while read -r file; do [ ! -f "$REPO/$file" ] || echo "$file"; done
}

oca_checks() {
    # The tool finds no manifest in the git root itself: give it a copy outside of git.
    local copy status=0
    copy=$(mktemp -d)
    (cd "$REPO" && mkdir "$copy/$MODULE" && tracked \
        | { grep -v '^\.' || true; } | xargs cp --parents -t "$copy/$MODULE")
    "$VENV/bin/oca-checks-odoo-module" "$copy/$MODULE" || status=$?
    rm -rf "$copy"
    return "$status"
}

# PyPI renders neither included files nor raw HTML.
valid_rst() {
    local file
    for file in *.rst; do
        "$VENV/bin/docutils" --halt=2 --no-raw --no-file-insertion "$file" /dev/null || return
    done
}

eslint() {
    CHORUS_NPM=$NPM_DIR node "$NPM_DIR/node_modules/eslint/bin/eslint.js" \
        --config .dev/eslint.config.mjs --max-warnings 0 "$@"
}

cmd_lint() {
    local fix=() write=--check status=0 xml js sh
    if [ "${1:-}" = --fix ]; then fix=(--fix) write=--write; fi
    npm_packages
    cd "$REPO" || return
    mapfile -t xml < <(tracked '*.xml' '*.js' '*.mjs' '*.scss' | grep -v '^tests/test_files/')
    mapfile -t js < <(tracked '*.js' '*.mjs')
    mapfile -t sh < <(tracked dev '*.sh' .ci/run)
    lint_one "ruff check" "$VENV/bin/ruff" check "${fix[@]}" . || status=1
    if [ "$write" = --write ]; then "$VENV/bin/ruff" format -q .; fi
    lint_one "ruff format" "$VENV/bin/ruff" format --check . || status=1
    lint_one "pylint-odoo" "$VENV/bin/pylint" --rcfile=.pylintrc -j 0 --disable=all --enable=odoolint . || status=1
    lint_one "OCA module checks" oca_checks || status=1
    lint_one "prettier" node "$NPM_DIR/node_modules/prettier/bin/prettier.cjs" \
        --config .prettierrc.json --plugin "$NPM_DIR/node_modules/@prettier/plugin-xml/src/plugin.js" \
        "$write" "${xml[@]}" || status=1
    lint_one "ESLint" eslint "${fix[@]}" "${js[@]}" || status=1
    lint_one "shellcheck" "$VENV/bin/shellcheck" "${sh[@]}" || status=1
    lint_one "requirements.txt" "$PY" .dev/lock.py requirements "${fix[@]}" || status=1
    lint_one "locks" "$PY" .dev/lock.py check || status=1
    lint_one "tables of rules" "$PY" .dev/rules_table.py "${fix[@]}" || status=1
    lint_one "valid RST" valid_rst || status=1
    lint_one "names in documents" "$PY" .dev/documents.py || status=1
    lint_one "counts of CONTRIBUTING" "$PY" .dev/counts.py || status=1
    lint_one "walls between chapters" "$PY" .dev/walls.py || status=1
    lint_one "French translation" "$PY" .dev/translations.py || status=1
    return "$status"
}
