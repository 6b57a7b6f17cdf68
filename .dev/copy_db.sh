#!/usr/bin/env bash
# copy_db.sh SOURCE TARGET: a copy of a database, also while somebody is connected to it. The
# server is the one that PGHOST and the like name.
set -euo pipefail
source=$1 target=$2

create() { psql -Xq -v VERBOSITY=verbose -c "CREATE DATABASE \"$target\" $1" postgres; }

if ! refusal=$(create "TEMPLATE \"$source\"" 2>&1); then
    # 55006, object in use: the quick way is closed while somebody is connected to the source.
    [[ $refusal == *55006* ]] || { printf '%s\n' "$refusal" >&2; exit 1; }
    create "TEMPLATE template0"
    pg_dump --no-owner "$source" | psql -Xq -v ON_ERROR_STOP=1 "$target" > /dev/null
    psql -Xqc ANALYZE "$target" # a dump holds no statistics, and tests look at plans
fi
