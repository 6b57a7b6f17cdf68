"""The walls between the chapters of the addon: which one may import which.

``python .dev/walls.py`` fails when a chapter imports one that stands above or beside it, when
modules of chorus/ import one another in a circle, or when a chapter is not in the table.
"""

import ast
import pathlib
import sys
from graphlib import CycleError, TopologicalSorter

REPO = pathlib.Path(__file__).resolve().parent.parent

#: The chapters of the plain package, and those that each may import besides itself. "chorus" is the
#: modules that stand right there, in no folder below.
PLAIN = {
    "chorus": set(),
    "chorus/document": {"chorus"},
    "chorus/pdf": {"chorus"},
    # Old Excel files are read in the process that judges PDFs.
    "chorus/portal": {"chorus", "chorus/document", "chorus/pdf"},
    "chorus/deposit": {"chorus", "chorus/document"},
    "chorus/rules": {"chorus", "chorus/document", "chorus/pdf"},
    "chorus/formats": {"chorus", "chorus/document", "chorus/pdf", "chorus/rules"},
    # The alias by which other modules add a format.
    "chorus/syntaxes.py": {"chorus/formats"},
}
#: All chapters. Models read what is common to them ("models"), and no window.
WALLS = PLAIN | {
    "models": {*PLAIN},
    # A document is read without knowing the syntax that it goes out in.
    "models/reading": {"chorus", "chorus/document", "chorus/portal", "chorus/rules", "models"},
    "models/building": {*PLAIN, "models"} - {"chorus/portal"},
    # A way of deposit takes files as they are.
    "models/channel": {"chorus", "chorus/deposit", "models"},
    # Verdicts and comparisons grow old with the fields that are read.
    "models/following": {*PLAIN, "models", "models/reading"} - {"chorus/deposit", "chorus/formats"},
    "models/portal": {"chorus", "chorus/document", "chorus/portal", "models"},
    "models/export": {*PLAIN, "models", "models/reading", "models/building", "models/channel"},
    "wizard": {*PLAIN, "models", "models/building", "models/export"} - {"chorus/deposit"},
    "cli": set(),
}


def chapter_of(path):
    """The chapter of a module.

    :param pathlib.PurePath path: from the folder of the addon
    """
    if str(path) in WALLS:
        return str(path)
    top, *folders = path.parts[:-1]
    return "/".join([top, *folders[:1]])


def imported(path, tree):
    """The paths of the addon's modules that a module imports, also within its functions.

    :param pathlib.PurePath path: of the module, from the folder of the addon
    :param ast.Module tree: its syntax tree
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [(alias.name.split("."), []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = path.parts[: len(path.parts) - node.level] if node.level else ()
            module = node.module.split(".") if node.module else []
            found = [([*above, *module], [alias.name for alias in node.names])]
        else:
            continue
        for parts, names in found:
            if parts and parts[0] in {wall.partition("/")[0] for wall in WALLS}:
                yield from ([*parts, name] for name in names or [""])


def module_of(parts, paths):
    """The module that an import names: itself, the one that it is a name of, or a package's own."""
    for end in (len(parts), len(parts) - 1):
        base = pathlib.PurePath(*parts[:end])
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path in paths:
                return path
    return None


def faults(sources):
    """The imports that no wall lets through, circles, and chapters without a wall.

    :param dict sources: the modules of the addon, ``{path: text}``
    """
    graph = {}
    for path, text in sources.items():
        chapter = chapter_of(path)
        if chapter not in WALLS:
            yield f"{path}: .dev/walls.py does not know the chapter {chapter}"
            continue
        targets = {
            module_of(parts, sources) for parts in imported(path, ast.parse(text, str(path)))
        }
        graph[path] = targets - {None, path}
        # A package gathers its modules, and those of the chapters below it.
        if path.name == "__init__.py" and chapter in ("models", "wizard"):
            continue
        for target in sorted(graph[path]):
            theirs = chapter_of(target)
            if theirs not in {chapter, *WALLS[chapter]}:
                yield f"{path} imports {target}: {chapter} may not know {theirs}"
    # A module is found through the packages that it stands in: that import is no circle.
    plain = {
        path: {
            item
            for item in targets
            if item.name != "__init__.py" or item.parent not in path.parents
        }
        for path, targets in graph.items()
        if path.parts[0] == "chorus"
    }
    try:
        TopologicalSorter(plain).prepare()
    except CycleError as error:
        yield f"modules import one another in a circle: {' → '.join(map(str, error.args[1]))}"


def sources():
    """The modules of the addon: ``{path: text}``."""
    return {
        path.relative_to(REPO): path.read_text(encoding="utf-8")
        for folder in sorted({wall.partition("/")[0] for wall in WALLS})
        for path in sorted((REPO / folder).rglob("*.py"))
    }


if __name__ == "__main__":
    found = list(faults(sources()))
    print("\n".join(found))
    sys.exit(bool(found))
