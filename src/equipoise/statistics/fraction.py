"""The check that margins, floors, levels and the like are fractions. Knows none of their meanings.

Shared so that every refusal reads alike: what, an example of what to pass, and what was passed.
"""

from __future__ import annotations


def require_fraction(name: str, value: float, example: str) -> None:
    """Raise ValueError unless `value` lies strictly between 0 and 1; NaN does not."""
    if not 0.0 < value < 1.0:
        raise ValueError(
            f"{name} must lie strictly between 0 and 1, such as {example}; got {value}"
        )
