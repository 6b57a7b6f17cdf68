"""Interruptions from outside, which are no fault of the document that is being built."""

from __future__ import annotations

#: All that tells Odoo's sign that a worker has used its time of the processor, a bare Exception
#: that may come between any two steps (`signal_time_expired_handler` in odoo/service/server.py).
_TIME_IS_UP = "CPU time limit exceeded."


def is_interruption(error: BaseException | None) -> bool:
    """Whether an error, or what it was made of, is no fault of what was being done.

    :param error: as it was caught: a library may have caught the sign, and raised its own
    """
    seen = set()
    while error is not None and id(error) not in seen:
        if type(error) is Exception and str(error) == _TIME_IS_UP:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
