"""Interruptions from outside, which are no fault of the document that is being built."""

from __future__ import annotations

#: Odoo's message when a worker has used its time of the processor: a bare Exception, which may come
#: between any two steps (`signal_time_expired_handler` in odoo/service/server.py).
_TIME_IS_UP = "CPU time limit exceeded."


def is_interruption(error: BaseException | None) -> bool:
    """Whether Odoo ended the work for its time: the document at hand is not at fault.

    :param error: as it was caught: a library may have caught the sign, and raised its own
    """
    seen = set()
    while error is not None and id(error) not in seen:
        if type(error) is Exception and str(error) == _TIME_IS_UP:
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
