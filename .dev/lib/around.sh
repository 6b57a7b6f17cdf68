# shellcheck shell=bash
# Programs that no lock pins: Odoo, and Debian's that tests depend on.

debian_release() { cut -d . -f 1 /etc/debian_version 2> /dev/null || echo other; }

# versions_around: a line for each, its name first.
versions_around() {
    local browser
    echo "Odoo $(odoo_version)"
    "$PY" -V
    echo "PostgreSQL $(psql -XtAc 'SHOW server_version' postgres)"
    if browser=$(find_browser); then "$browser" --version 2> /dev/null | sed 's/ built on.*//; s/ *$//'
    else echo "Chromium is missing"; fi
    PATH=$HOME_DIR/bin:$PATH wkhtmltopdf --version 2> /dev/null || echo "wkhtmltopdf is missing"
}

# say_untested: which of these are not those that the suite was last seen green with.
say_untested() {
    local line release last
    release=$(debian_release)
    versions_around | while read -r line; do
        last=$(sed -n "s/^$release \(${line%% *} .*\)/\1/p" <<< "$LAST_TESTED")
        [ "$line" = "$last" ] || echo "not as last tested: $line (${last:-nothing on Debian $release})"
    done
}
