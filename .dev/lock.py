"""The locks: the packages that ``./dev`` installs, each with its version and its hashes.

``lock.py compile FOLDER`` resolves each list of ``.dev`` into ``.dev/lock`` (``--keep``: versions
that are locked already stay), ``lock.py changes FOLDER`` prints the differences from the locks that
FOLDER keeps, ``lock.py check`` fails when the locks do not fit the lists or the environment,
``lock.py requirements`` when the addon's requirements.txt is not what its manifest says.
"""

import argparse
import ast
import json
import os
import pathlib
import re
import subprocess
import sys
from importlib import metadata

DEV = pathlib.Path(__file__).resolve().parent
LOCK = DEV / "lock"
#: The oldest Python of the tooling, PYTHON_MIN in versions.sh. The locks hold for newer ones too.
PYTHON = re.search(r"^PYTHON_MIN=(\S+)", (DEV / "versions.sh").read_text(), re.M)[1]
#: The lists, and those of which only the packages that they name are fetched.
LISTS = ["build", "requirements", "oracles", "neighbours", "uv", "minima"]
WITHOUT_DEPENDENCIES = {"oracles", "neighbours"}
#: The packages that users of the addon install, written from the manifest; Odoo.sh reads it.
USERS = DEV.parent / "requirements.txt"
USERS_HEAD = "# Written by ./dev lint --fix from __manifest__.py.\n"

PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?: *; *(.*?))? *\\?$", re.M)


def pip_settings():
    """The settings of pip on this machine, from its files and environment: a dict of texts."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
    ).stdout
    settings = {}
    # `pip config list` does not sort by weight: the environment outweighs a section for one
    # command, which outweighs [global].
    for section in ("global", "install", ":env:"):
        for name, value in re.findall(rf"^{section}\.([\w-]+)=(.+)$", listed, re.M):
            settings[name] = ast.literal_eval(value)
    return settings


def uv_settings(pip):
    """pip's settings as arguments and environment of uv, which does not read them.

    Of the indexes only the first counts: what lies beside it, in folders of this machine, are
    often some of a release's files, and the lock would miss the hashes of the others.
    """
    arguments, environ = [], dict(os.environ)
    if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        arguments += ["--no-index"]
        for place in pip.get("find-links", "").split():
            arguments += ["--find-links", place]
    elif "index-url" in pip:
        arguments += ["--default-index", pip["index-url"]]
    for host in pip.get("trusted-host", "").split():
        arguments += ["--allow-insecure-host", host]
    for name, variable in {
        "cert": "SSL_CERT_FILE",
        "client-cert": "SSL_CLIENT_CERT",
        "proxy": "ALL_PROXY",
        "timeout": "UV_HTTP_TIMEOUT",
    }.items():
        if name in pip:
            environ.setdefault(variable, pip[name])
    return arguments, environ


def compile_locks(keep):
    """Resolve each list; a lock is replaced once it is whole."""
    settings, environ = uv_settings(pip_settings())
    for name in LISTS:
        options = ["--no-deps"] if name in WITHOUT_DEPENDENCIES else []
        source, text = DEV / f"{name}.txt", None
        if name == "minima":
            options, source, text = ["--resolution", "lowest-direct"], "-", minima_source()
        subprocess.run(
            ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", PYTHON]
            + ["--generate-hashes", "--no-emit-index-url", "--no-config"]
            + ["--custom-compile-command", "./dev lock", *options, *settings]
            + ([] if keep else ["--upgrade"])
            + ["--output-file", LOCK / f"{name}.txt", source],
            check=True,
            input=text,
            text=True,
            env={**environ, "PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"},
        )


def requirements(path):
    """The requirements of a list, without its comments."""
    lines = (line.partition("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def minima_source():
    """The list of the minima: the packages of users, and the tools at their locked versions."""
    locked = {name: version for name, version, _ in locked_versions("requirements")}
    tools = [
        line if "==" in line else f"{line}=={locked[line.lower()]}"
        for line in requirements(DEV / "minima.txt")
    ]
    return "\n".join([*requirements(USERS), *tools])


def locked_versions(name, folder=LOCK):
    """Packages of a lock: ``(name, version, marker)``."""
    return PINNED.findall((folder / f"{name}.txt").read_text())


def versions(folder):
    """Versions by package of the locks in a folder: ``{(lock, package): "1.0, 1.1"}``."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        for name, version, _marker in locked_versions(path.stem, folder):
            found.setdefault((path.stem, name), []).append(version)
    npm = folder / "package-lock.json"
    if npm.exists():
        for path, package in json.loads(npm.read_text())["packages"].items():
            if path:
                found.setdefault(("npm", path.removeprefix("node_modules/")), []).append(
                    package["version"]
                )
    return {key: ", ".join(values) for key, values in found.items()}


def print_changes(old, new):
    """One line for each package that came, went or has another version."""
    before, after = versions(old), versions(new)
    changed = [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
    for key in changed:
        print(f"{key[0]}: {key[1]} {before.get(key, '(new)')} → {after.get(key, '(gone)')}")
    if not changed:
        print("the locks are as they were")


def list_faults():
    """Requirements of the lists that their lock does not fulfil."""
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import canonicalize_name

    for name in LISTS:
        locked = {}
        for package, version, _marker in locked_versions(name):
            locked.setdefault(canonicalize_name(package), []).append(version)
        if "://" in (LOCK / f"{name}.txt").read_text():
            yield f".dev/lock/{name}.txt names an address: locks hold for any mirror"
        wanted = requirements(DEV / f"{name}.txt")
        if name == "minima":
            wanted = minima_source().splitlines()
        for line in wanted:
            requirement = Requirement(line)
            found = locked.get(canonicalize_name(requirement.name), [])
            # A minimum is tried as such, and no version above it.
            exact = str(requirement.specifier).replace(">=", "==") if name == "minima" else ""
            specifier = SpecifierSet(exact) if exact else requirement.specifier
            if not any(specifier.contains(version) for version in found):
                yield f".dev/lock/{name}.txt lacks a line of its list (./dev lock --keep): {line}"
    for path, package in json.loads((LOCK / "package-lock.json").read_text())["packages"].items():
        if path and "integrity" not in package:
            yield f".dev/lock/package-lock.json has no hash of {path}"
    if '"resolved"' in (LOCK / "package-lock.json").read_text():
        yield ".dev/lock/package-lock.json names an address: locks hold for any mirror"


def environment_faults():
    """Packages of this environment that are not those of the locks."""
    from packaging.markers import Marker
    from packaging.utils import canonicalize_name

    locked = {}
    for name in ("build", "requirements"):
        for package, version, marker in locked_versions(name):
            if not marker or Marker(marker).evaluate():
                locked[canonicalize_name(package)] = version
    installed = {
        canonicalize_name(package.metadata["Name"]): package.version
        for package in metadata.distributions()
    }
    for name in sorted({*locked, *installed}):
        if locked.get(name) != installed.get(name):
            yield f"{name}: installed {installed.get(name)}, locked {locked.get(name)}"


def check_users(fix):
    """Compare the addon's requirements.txt with its manifest, or write it."""
    manifest = ast.literal_eval((DEV.parent / "__manifest__.py").read_text())
    wanted = USERS_HEAD + "".join(
        f"{line}\n" for line in sorted(manifest["external_dependencies"]["python"])
    )
    if fix:
        USERS.write_text(wanted)
    elif not USERS.exists() or USERS.read_text() != wanted:
        sys.exit("requirements.txt is not what __manifest__.py says: ./dev lint --fix writes it")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["compile", "changes", "check", "requirements"])
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--fix", action="store_true")
    options = parser.parse_args()
    if options.what == "compile":
        compile_locks(options.keep)
    elif options.what == "changes":
        print_changes(options.folder, LOCK)
    elif options.what == "requirements":
        check_users(options.fix)
    else:
        faults = [*list_faults(), *environment_faults()]
        sys.exit("\n".join(faults) or 0)


if __name__ == "__main__":
    main()
