"""How many files name a rule, a datum, a setting or a syntax: the counts of CONTRIBUTING.rst.

``python .dev/counts.py`` lists them and fails when one is more than CONTRIBUTING.rst says.
"""

import inspect
import pathlib
import re
import sys

REPO = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO)]

from chorus.document import codes  # noqa: E402 - found by the path above
from chorus.formats import FORMATS, schema  # noqa: E402
from chorus.rules import RULES  # noqa: E402

PRODUCT = {
    path.relative_to(REPO): path.read_text(encoding="utf-8")
    for folder in ("chorus", "models", "wizard", "cli")
    for path in sorted((REPO / folder).rglob("*.py"))
}
VIEWS = {
    path.relative_to(REPO): path.read_text(encoding="utf-8")
    for folder in ("views", "wizard")
    for path in sorted((REPO / folder).rglob("*.xml"))
}
TESTS = {
    path.relative_to(REPO): path.read_text(encoding="utf-8")
    for path in [REPO / "tests/plain/test_rules.py"]
}


def naming(pattern, files=PRODUCT):
    """The files that have a pattern."""
    return [str(path) for path, text in files.items() if re.search(pattern, text, re.MULTILINE)]


def defining(part):
    """The file that defines a function or a rule."""
    return str(pathlib.Path(inspect.getsourcefile(part)).relative_to(REPO))


def parts_of(syntax):
    """The files to change for a syntax: they define its parts, or name its key or its XSD."""
    formats = {path: text for path, text in PRODUCT.items() if path.parts[1] == "formats"}
    parts = [syntax.serialise, *(rule.check for rule in syntax.rules)]
    # The parser of UBL and CII serves every syntax that has none of its own.
    if syntax.read is not FORMATS["ubl"].read:
        parts.append(syntax.read)
    found = {*map(defining, parts), *naming(f'Format\\(\\s*"{syntax.key}"', formats)}
    for name in [key for key, path in vars(schema).items() if path == syntax.schema]:
        found.update(naming(f"^{name} = ", formats))
    return sorted(found)


def counts():
    """The counts: a name, the files found, the most there may be."""
    for code in RULES:
        quoted = f'@(?:rules\\.)?rule\\(\\s*"{code}"'
        yield f"rule {code}", naming(quoted) + naming(f'"{code}"', TESTS), 2
    # A datum that no rule looks at: read, kept, written twice.
    yield "datum seller_item", naming(r"\bseller_item\b"), 4
    yield "setting lot_size", naming(r"lot_size\b", {**PRODUCT, **VIEWS}), 3
    for value, label in codes.PAYMENT_MEANS.items():
        yield f"coded value {value}", naming(f'"{re.escape(label)}"'), 1
    for value, label in codes.NATURES.items():
        yield f"coded value {value}", naming(f'_\\("{re.escape(label)}"\\)'), 1
    # A syntax owns its parts: outside chorus/formats only the default one is named.
    engine = {path: text for path, text in PRODUCT.items() if path.parts[0] != "chorus"}
    for key, syntax in FORMATS.items():
        yield f"syntax {key} in models", naming(f'"{key}"', engine), int(key == "ubl")
        yield f"syntax {key}", parts_of(syntax), 3


def main():
    too_many = 0
    for what, files, most in counts():
        # None at all: the count looks for what is not there any more.
        if len(files) > most or (most and not files):
            too_many += 1
            print(f"{what}: {len(files)} files, 1 to {most}: {', '.join(files)}")
        elif "-v" in sys.argv:
            print(f"{what}: {', '.join(files)}")
    return int(bool(too_many))


if __name__ == "__main__":
    sys.exit(main())
