"""Something played in a process of its own, which is stopped when it takes too much."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Bytes of address space and seconds of the processor: a normal file takes a tenth of them.
MEMORY, SECONDS = 1_000_000_000, 30

_BEGIN = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
sys.path.insert(0, {root!r})
"""


def play(script: str, *files: Path, memory: int = MEMORY, seconds: int = SECONDS) -> str:
    """What a script prints; it fails when it dies of the limits.

    :param script: Python, which finds ``files`` in ``sys.argv[1:]``
    :param memory: bytes that it may have
    :param seconds: of the processor's time
    """
    begin = _BEGIN.format(memory=memory, seconds=seconds, root=str(ROOT))
    found = subprocess.run(
        [sys.executable, "-c", begin + script, *map(str, files)],
        capture_output=True,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert found.returncode == 0, f"{found.returncode}: {found.stderr[-2000:]}"
    return found.stdout.strip()
