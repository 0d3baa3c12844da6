"""A stream of paired differences replayed: where betting stops it, and what the bets had won.

Knows the order that it is given, and how many items there will be at most; looks after as many
items as it is told. Needs numpy: many orders are played at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

from equipoise.statistics.fraction import require_fraction
from equipoise.statistics.sequential import SequentialDecision

Numbers = NDArray[np.float64]

_LARGEST_STAKE = 0.9
_STAKES = np.array([0.03, 0.06, *(_LARGEST_STAKE * k / 10 for k in range(1, 11))])
"""Stakes as shares of the largest that cannot be lost whole. The two small ones are for streams of
thousands of items, in which a difference of a point or two shows."""
_SHARE_OF_REST = 2.0 / 3.0
"""Within so much of the items left the goal is to be reached: all of them would decide a little
more often, but late; fewer would stake too much and decide less."""
_LARGEST_EXPONENT = 700.0
_FIRST_SQUARE = 0.25
"""What a squared gain is taken for before the first is seen, as if it had been seen once."""
_BLOCK = 512
"""So many items are played at a time: enough for arrays to pay, few enough for many orders."""
_FEW_GAMBLERS = 8


@dataclass(frozen=True, slots=True)
class Replay:
    """Where each order stopped: `decisions`, `stopped_at` (0 where it did not), e-values there.

    The e-values are for "above −margin" and for "below −margin", at the stop or else at the end.
    """

    decisions: tuple[SequentialDecision, ...]
    stopped_at: tuple[int, ...]
    evidence_for: tuple[float, ...]
    evidence_against: tuple[float, ...]


class Bettor:
    """The logarithm of the wealth of many gamblers at once, one item after the other.

    A gain is at least −1 and, if there is nothing to find, 0 on average at most; so the wealth
    ever reaches 1/alpha with probability alpha at most, however one looks (Ville's inequality). The
    stake is the larger of two, both of which rest on past items only: the one that a mixture over
    stakes has come to, which finds large differences soon; and the one that would just reach
    1/alpha within two thirds of the items left until `horizon`, which lets small differences decide
    before the items run out. Beyond the horizon the bets go on, and stay valid.
    Raises ValueError for an alpha outside (0, 1).
    Source: Waudby-Smith & Ramdas 2024, JRSS-B 86(1):1-27 (betting; mixture as in Cover 1991,
    Mathematical Finance 1:1-29); Voracek & Orabona 2025, arXiv 2505.22422 (stakes for a horizon).
    """

    def __init__(self, gamblers: int, alpha: float, horizon: int) -> None:
        require_fraction("alpha", alpha, "0.05")
        self.goal = -log(alpha)
        self.log_wealth = np.zeros(gamblers)
        self._horizon = horizon
        self._seen = 0
        self._mixture = np.zeros((gamblers, _STAKES.size))
        self._squares = np.full(gamblers, _FIRST_SQUARE)

    def play(self, gains: Numbers) -> Numbers:
        """Bet on some more items, of shape (gamblers, items); return the log-wealth after each.

        Each stake is made before its gain is known.
        """
        if not gains.size:
            return np.empty(gains.shape)
        learned, urgency = self._learned(gains), self._urgency(gains)
        few = len(gains) < _FEW_GAMBLERS
        path = (_one_by_one if few else _side_by_side)(
            gains, learned, urgency, self.log_wealth, self.goal
        )
        self.log_wealth = path[:, -1]
        self._seen += gains.shape[1]
        return path

    def keep(self, chosen: NDArray[np.bool_]) -> None:
        """Let all but the chosen gamblers go."""
        self.log_wealth, self._mixture = self.log_wealth[chosen], self._mixture[chosen]
        self._squares = self._squares[chosen]

    def _learned(self, gains: Numbers) -> Numbers:
        """For each item the stake that the mixture has come to before it."""
        logs = np.log1p(gains[:, :, None] * _STAKES)
        after = self._mixture[:, None, :] + np.cumsum(logs, axis=1)
        before = np.concatenate((self._mixture[:, None, :], after[:, :-1]), axis=1)
        self._mixture = after[:, -1]
        shares = np.exp(before - before.max(axis=2, keepdims=True))
        found: Numbers = shares @ _STAKES / shares.sum(axis=2)
        return found

    def _urgency(self, gains: Numbers) -> Numbers:
        """For each item the square of the stake that is needed, per missing log-wealth."""
        seen = self._seen + np.arange(gains.shape[1])
        after = self._squares[:, None] + np.cumsum(gains * gains, axis=1)
        before = np.concatenate((self._squares[:, None], after[:, :-1]), axis=1)
        self._squares = after[:, -1]
        left = _SHARE_OF_REST * np.maximum(self._horizon - seen, 1)
        found: Numbers = 2.0 * (seen + 1) / (left * before)
        return found


def replay(
    orders: Numbers, margin: float, alpha: float = 0.05, every: int = 1, horizon: int | None = None
) -> Replay:
    """Play streams of differences in [−1, 1] until each decides; `orders` is (orders, items).

    Good is a mean above −margin, bad one below; each wrong decision has probability alpha at most,
    at whichever look. Looks come after each `every` items and at the end; `horizon` is the number
    of items that there may be, as many as there are unless said otherwise.
    Raises ValueError for a margin or alpha outside (0, 1), `every` below 1 or a difference outside
    [−1, 1].
    """
    require_fraction("margin", margin, "0.05 for five points")
    require_fraction("alpha", alpha, "0.05")
    _require_orders(orders, every)
    count, items = orders.shape
    good, bad = (Bettor(count, alpha, horizon or items) for _ in range(2))
    stopped, evidence = np.zeros(count, dtype=np.intp), np.zeros((count, 2))
    playing = np.arange(count)
    for start in range(0, items if count else 0, _BLOCK):
        slack = orders[playing, start : start + _BLOCK] + margin
        paths = good.play(slack / (1.0 - margin)), bad.play(-slack / (1.0 + margin))
        looks = _looks(start, slack.shape[1], every, items)
        over = ((paths[0] >= good.goal) | (paths[1] >= bad.goal)) & looks
        done: NDArray[np.bool_] = np.any(over, axis=1)
        last = np.where(done, over.argmax(axis=1), slack.shape[1] - 1)
        stopped[playing[done]] = start + last[done] + 1
        evidence[playing] = np.column_stack([path[np.arange(len(path)), last] for path in paths])
        playing = playing[~done]
        good.keep(~done)
        bad.keep(~done)
        if not playing.size:
            break
    decisions = [
        _decision(bool(place), ours, theirs)
        for place, (ours, theirs) in zip(stopped, evidence, strict=True)
    ]
    ours, theirs = (tuple(map(_bounded_exp, column)) for column in evidence.T)
    return Replay(tuple(decisions), tuple(map(int, stopped)), ours, theirs)


def crossing(
    differences: Numbers, bound: float, alpha: float = 0.05, every: int = 1
) -> tuple[int, float, float]:
    """Return the first look at which one stream's e-value of a mean above `bound` is 1/alpha.

    Returns the number of items until then, 0 where there is no such look, the e-value there, or
    else at the end, and the e-value at the end; the bets go on until it. `bound` lies in (−1, 1).
    Raises ValueError for an alpha outside (0, 1), `every` below 1 or a difference outside [−1, 1].
    """
    _require_orders(differences[None, :], every)
    items = differences.size
    bettor = Bettor(1, alpha, items)
    first, there = 0, 0.0
    for start in range(0, items, _BLOCK):
        block = differences[start : start + _BLOCK]
        path = bettor.play((block[None, :] - bound) / (1.0 + bound))[0]
        over = (path >= bettor.goal) & _looks(start, block.size, every, items)
        if not first and over.any():
            first = start + int(over.argmax()) + 1
            there = float(path[over.argmax()])
    end = float(bettor.log_wealth[0])
    return first, _bounded_exp(there if first else end), _bounded_exp(end)


def e_values(
    against_margin: Numbers, against_zero: Numbers, margin: float, alpha: float
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """Return e-values after all items: of "above −margin", of "above 0", of "below −margin".

    Both arrays are (streams, items) of differences in [−1, 1]; they are the same unless clusters
    were made whole, which depends on what they are held against.
    """
    items = against_margin.shape[1]
    claims = (
        (against_margin + margin) / (1.0 - margin),
        against_zero,
        -(against_margin + margin) / (1.0 + margin),
    )
    above, better, below = (
        tuple(_bounded_exp(wealth) for wealth in _at_the_end(gains, alpha, items))
        for gains in claims
    )
    return above, better, below


def _one_by_one(
    gains: Numbers, learned: Numbers, urgency: Numbers, wealth: Numbers, goal: float
) -> Numbers:
    # Floats of Python's own: of few gamblers an array would cost more than what it holds.
    path = np.empty(gains.shape)
    for row, begun in enumerate(wealth.tolist()):
        total, along = begun, []
        columns = (array[row].tolist() for array in (gains, learned, urgency))
        for gain, known, pressing in zip(*columns, strict=True):
            stake = known
            if total < goal:
                stake = max(known, min(sqrt((goal - total) * pressing), _LARGEST_STAKE))
            total += log1p(stake * gain)
            along.append(total)
        path[row] = along
    return path


def _side_by_side(
    gains: Numbers, learned: Numbers, urgency: Numbers, wealth: Numbers, goal: float
) -> Numbers:
    path, total = np.empty(gains.shape), wealth
    for item in range(gains.shape[1]):
        missing = np.maximum(goal - total, 0.0)
        needed = np.minimum(np.sqrt(missing * urgency[:, item]), _LARGEST_STAKE)
        total = total + np.log1p(np.maximum(learned[:, item], needed) * gains[:, item])
        path[:, item] = total
    return path


def _looks(start: int, count: int, every: int, items: int) -> NDArray[np.bool_]:
    seen = start + 1 + np.arange(count)
    looks: NDArray[np.bool_] = (seen % every == 0) | (seen == items)
    return looks


def _require_orders(orders: Numbers, every: int) -> None:
    if every < 1:
        raise ValueError(f"every must be at least 1; got {every}")
    if orders.size and not (np.abs(orders) <= 1.0).all():
        raise ValueError("differences must lie between -1 and 1")


def _decision(stopped: bool, ours: float, theirs: float) -> SequentialDecision:
    if not stopped:
        return SequentialDecision.UNDECIDED
    # Both can hardly have won; if they did, the one that won more is right more often.
    return SequentialDecision.GOOD if ours >= theirs else SequentialDecision.BAD


def _at_the_end(gains: Numbers, alpha: float, horizon: int) -> Numbers:
    bettor = Bettor(len(gains), alpha, horizon)
    # Many streams are played fewer items at a time: the mixture of all of them is held at once.
    step = max(1, _BLOCK * _FEW_GAMBLERS // max(len(gains), 1))
    for start in range(0, gains.shape[1], step):
        bettor.play(gains[:, start : start + step])
    return bettor.log_wealth


def _bounded_exp(exponent: float) -> float:
    return exp(min(exponent, _LARGEST_EXPONENT))
