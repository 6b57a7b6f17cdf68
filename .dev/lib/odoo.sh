# shellcheck shell=bash
# The Odoo program, and the databases that others are copied from.

odoo_version() {
    if [ -n "${ODOO_HOME:-}" ]; then
        # release.py is plain assignments
        (cd "$ODOO_HOME/odoo" && "$PY" -c 'from release import version; print(version)')
    else cat "$HOME_DIR/odoo/version"; fi
}

write_conf() {
    local core
    core=$(odoo_addons)
    [ -d "$core" ] || die "no Odoo addons in $core"
    # The technical name of an addon is its folder's: link the checkout under that name.
    mkdir -p "$HOME_DIR/addons" "$HOME_DIR/data"
    ln -sfn "$REPO" "$HOME_DIR/addons/$MODULE"
    # Replaced whole: an Odoo that starts at this moment may be reading it.
    cat > "$CONF.$$" <<CONF
[options]
addons_path = $core,$HOME_DIR/addons
data_dir = $HOME_DIR/data
http_interface = 127.0.0.1
http_port = $PORT
CONF
    mv "$CONF.$$" "$CONF"
}

# Where Odoo is: the folder of its Python package, its program.
odoo_path() { echo "${ODOO_HOME:-$HOME_DIR/odoo/usr/lib/python3/dist-packages}"; }
odoo_program() { if [ -n "${ODOO_HOME:-}" ]; then echo "$ODOO_HOME/odoo-bin"; else echo "$HOME_DIR/odoo/usr/bin/odoo"; fi; }

# odoo_addons: the folder of Odoo's own addons.
odoo_addons() { if [ -n "${ODOO_HOME:-}" ]; then echo "$ODOO_HOME/addons"; else echo "$(odoo_path)/odoo/addons"; fi; }

# odoo ARGS...: Odoo with our environment. Sub-commands of addons are only found through a
# leading --addons-path; the configuration file reaches every sub-command by ODOO_RC.
odoo() {
    if [[ ${1:-} =~ ^[a-z] ]]; then set -- "--addons-path=$HOME_DIR/addons" "$@"; fi
    PYTHONPATH=$(odoo_path)${PYTHONPATH:+:$PYTHONPATH} ODOO_RC=$CONF PATH=$VENV/bin:$HOME_DIR/bin:$PATH \
        "$PY" "$(odoo_program)" "$@"
}

# run_logged LOG COMMAND...: keeps the log; a warning or an error in it fails, as does the command.
run_logged() {
    local log=$1 status=0
    shift
    "$@" > "$log" 2>&1 || status=$?
    local ignore=()
    # "unknown option": an option of ours in the configuration file, kept as text (see README)
    ignore+=(--ignore "unknown option 'l10n_fr_chorus_export_")
    if ! "$VENV/bin/checklog-odoo" "${ignore[@]}" --no-echo "$log" > "$log.faults" 2>&1; then
        cat "$log.faults" >&2
        status=1
    fi
    [ "$status" = 0 ] || printf 'the whole log: %s\n' "$log" >&2
    return "$status"
}

# The modules that the addon stands on, with their demonstration data, installed once.
make_base_db() {
    drop_db "chorus_base"
    run_logged "$LOGS/base.log" odoo server -d chorus_base -i l10n_fr_facturx_chorus_pro,sale \
        --with-demo --stop-after-init --load-language=fr_FR --no-http
    # French alone while charts are loaded, so that journals get their French codes.
    run_logged "$LOGS/base-en.log" odoo i18n loadlang -d chorus_base -l en
}

# The same with companies that the tests take, for which a chart of accounts is long to load.
make_tests_db() {
    clone_db chorus_base chorus_tests
    run_logged "$LOGS/companies.log" odoo shell -d chorus_tests --no-http \
        --shell-interface=python < "$REPO/.dev/companies.py"
}

tests_db() {
    db_exists chorus_tests || rm -f "$STAMPS/companies"
    step companies "$(hash_of "$STAMPS/database" "$REPO/.dev/companies.py")" make_tests_db
}

# tree_key: changes when something does that a database of the addon was made from.
tree_key() {
    (cd "$REPO" && find . \( -name .git -o -name __pycache__ \) -prune -o -type f -not -path './.dev/*' \
        -not -path './i18n/*' -printf '%p %s %T@\n' | sort | cat - "$STAMPS/database" | sha256sum | cut -c1-16)
}

make_demo_db() {
    clone_db chorus_base "$DEMO_BASE_DB"
    run_logged "$LOGS/demo.log" odoo server -d "$DEMO_BASE_DB" -i "$MODULE" --with-demo \
        --stop-after-init --no-http
}

# demo_base_db: the demonstration as it was installed. Tests copy it and never change it.
demo_base_db() {
    db_exists "$DEMO_BASE_DB" || rm -f "$STAMPS/demo-base"
    step demo-base "$(tree_key)" make_demo_db
}

# demo_db: the copy that people work in.
demo_db() {
    demo_base_db
    db_exists "$DEMO_DB" || rm -f "$STAMPS/demo"
    step demo "$(cat "$STAMPS/demo-base")" clone_db "$DEMO_BASE_DB" "$DEMO_DB"
}
