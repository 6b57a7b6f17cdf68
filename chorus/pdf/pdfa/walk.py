"""The objects of a PDF, one by one."""

from __future__ import annotations

from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Stream

#: Dictionaries whose keys are names of the source's choice.
_MAPS = frozenset(
    "/Resources/ColorSpace /Resources/ExtGState /Resources/Font /Resources/Pattern"
    " /Resources/Properties /Resources/Shading /Resources/XObject /CharProcs /Colorants /Dests"
    " /RoleMap /ClassMap".split()
)


def reachable(root) -> Iterator[tuple[str, Object]]:
    """Each dictionary, stream and ink that a reader can get to, once.

    :param root: object to begin at; objects may be changed while they are given
    :return: the key that leads to the object (for one in a map, the key of the map and "/"), and it
    """
    seen, waiting = set(), [("", root)]
    while waiting:
        role, item = waiting.pop()
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        if isinstance(item, Array):
            if len(item) == 4 and item[0] == Name.Separation:
                yield role, item
            waiting += [(role, part) for part in item if isinstance(part, Object)]
        elif isinstance(item, (Dictionary, Stream)):
            if role in _MAPS:
                waiting += [(f"{role}/", part) for _key, part in objects(item)]
                continue
            yield role, item
            prefix = role if role == "/Resources" else ""
            waiting += [(prefix + key, part) for key, part in objects(item)]


def objects(item) -> list[tuple[str, Object]]:
    """The keys of a dictionary whose values are objects, with them.

    :param item: dictionary or stream
    """
    return [(key, part) for key, part in item.items() if isinstance(part, Object)]


def get_dictionary(item, key) -> Object:
    """A dictionary or stream in a dictionary, an empty one for anything else.

    :param item: dictionary or stream
    :param key: in it
    """
    found = item.get(key)
    return found if isinstance(found, (Dictionary, Stream)) else Dictionary()


def delete(item, keys) -> None:
    """Remove keys from a dictionary, whether it has them or not.

    :param item: dictionary or stream
    :param keys: such as "/AA"
    """
    for key in keys:
        if key in item:
            del item[key]
