# shellcheck shell=bash
# ./dev demo and serve.

cmd_demo() {
    setup
    demo_db
    say "export of the demo invoices by the command line"
    local status=0
    odoo chorus_export -d "$DEMO_DB" --folder demo --company "Fournitures de l'Ouest" \
        --from "$(date -d "-30 days" +%F)" --to "$(date +%F)" --again "$@" || status=$?
    case $status in
        0 | 3) ;; # 3: some documents are held, as the demo wants
        *) exit "$status" ;;
    esac
    say "now in the browser: ./dev serve"
}

cmd_serve() {
    setup
    demo_db
    say "http://127.0.0.1:$PORT/odoo?db=$DEMO_DB  (login: comptable, password: comptable; administrator: admin / admin)"
    odoo server -d "$DEMO_DB" --db-filter "^$DEMO_DB\$" "$@"
}
