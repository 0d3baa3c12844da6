"""Means over clusters: the closed forms beside the matrices they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.statistics.clusters import ClusterTotals, _satterthwaite, clustered_mean
from equipoise.statistics.student import t_critical, t_upper_tail

SIZES = st.lists(st.integers(1, 9), min_size=2, max_size=12)


def moments(sizes: list[int], correlation: float) -> tuple[float, float]:
    """Degrees of freedom and scale by the matrices of the definition."""
    names = np.repeat(np.arange(len(sizes)), sizes)
    items = names.size
    alike = names[:, None] == names[None, :]
    covariance: NDArray[np.float64] = np.where(alike, correlation, 0.0)
    np.fill_diagonal(covariance, 1.0)
    residual = np.eye(items) - 1.0 / items
    rows = np.array(
        [
            (names == k) / (items * np.sqrt(1 - size / items)) @ residual
            for k, size in enumerate(sizes)
        ]
    )
    omega = rows @ covariance @ rows.T
    truth = covariance.sum() / items**2
    trace = float(np.trace(omega))
    return trace**2 / float((omega**2).sum()), float(truth) / trace


@given(SIZES, st.floats(0.0, 1.0))
def test_degrees_and_scale_are_those_of_the_matrices(sizes: list[int], correlation: float) -> None:
    assert _satterthwaite(sizes, correlation, sizes) == pytest.approx(moments(sizes, correlation))


@given(st.integers(2, 20), st.integers(1, 6), st.integers(0, 1000))
def test_clusters_of_one_size_give_the_t_interval_of_their_means(
    count: int, size: int, seed: int
) -> None:
    means = np.random.default_rng(seed).normal(size=count)
    values = np.repeat(means, size)
    found = clustered_mean(
        ClusterTotals.of(values.tolist(), np.repeat(range(count), size).tolist())
    )

    assert found.mean == pytest.approx(means.mean())
    assert found.variance == pytest.approx(means.var(ddof=1) / count)
    assert found.plain_variance == pytest.approx(means.var(ddof=1) / count)
    assert found.degrees == pytest.approx(count - 1)


def test_items_that_agree_wholly_within_clusters_count_once_a_cluster() -> None:
    values = [1.0] * 5 + [0.0] * 5 + [-1.0] * 5 + [0.0] * 5
    found = clustered_mean(ClusterTotals.of(values, [k // 5 for k in range(20)]))

    assert found.design_effect == pytest.approx(5.0, rel=0.3)
    assert found.clusters == 4


def test_unequal_clusters_have_fewer_degrees_of_freedom() -> None:
    random = np.random.default_rng(1)
    names = [0] * 60 + [k for k in range(1, 11) for _ in range(4)]
    effects = random.normal(size=11)
    values = [float(effects[k] + random.normal() * 0.1) for k in names]

    assert clustered_mean(ClusterTotals.of(values, names)).degrees < 5


def test_the_variance_is_unbiased_for_equally_correlated_items() -> None:
    random = np.random.default_rng(2)
    sizes = [1, 2, 3, 8, 16]
    names = [k for k, size in enumerate(sizes) for _ in range(size)]
    means, variances = [], []
    for _ in range(3000):
        effects = random.normal(size=5) * 0.7
        values = effects[names] + random.normal(size=30) * 0.7
        found = clustered_mean(ClusterTotals.of(values.tolist(), names))
        means.append(found.mean)
        variances.append(found.variance)

    assert np.mean(variances) == pytest.approx(np.var(means), rel=0.2)


def test_values_that_never_differ_leave_the_design_effect_at_its_worst() -> None:
    found = clustered_mean(ClusterTotals.of([0.0] * 12, [k // 4 for k in range(12)]))

    assert (found.variance, found.design_effect) == (0.0, 4.0)


def test_one_cluster_and_broken_totals_are_refused() -> None:
    with pytest.raises(ValueError, match="at least two clusters; got 1"):
        clustered_mean(ClusterTotals.of([1.0, 0.0], ["a", "a"]))
    with pytest.raises(ValueError, match="at least one item each"):
        ClusterTotals((), (), 0.0)
    with pytest.raises(ValueError, match="at least one item each"):
        ClusterTotals((1, 0), (1.0, 1.0), 0.0)
    with pytest.raises(ValueError, match=r"shorter|longer"):
        ClusterTotals.of([1.0], ["a", "b"])


def test_students_critical_values_are_those_of_the_tables() -> None:
    assert t_critical(0.95, 4) == pytest.approx(2.776, abs=5e-4)
    assert t_critical(0.9, 1e9) == pytest.approx(1.645, abs=5e-4)
    assert t_upper_tail(2.776, 4) == pytest.approx(0.025, abs=1e-4)
    with pytest.raises(ValueError, match="above 0; got 0"):
        t_critical(0.95, 0)
    with pytest.raises(ValueError, match="level"):
        t_critical(95, 4)


@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 3)), min_size=5, max_size=30))
def test_weights_that_are_all_alike_change_nothing(rows: list[tuple[float, int]]) -> None:
    values, names = [value for value, _ in rows], [name for _, name in rows]
    if len(set(names)) < 2:
        return
    plain = clustered_mean(ClusterTotals.of(values, names))
    heavy = clustered_mean(ClusterTotals.of(values, names, [3.0] * len(values)))

    assert heavy.mean == pytest.approx(plain.mean, abs=1e-12)
    assert heavy.variance == pytest.approx(plain.variance, abs=1e-12)
    assert heavy.degrees == pytest.approx(plain.degrees, rel=1e-6)


def test_a_weighted_mean_has_the_linearised_variance() -> None:
    random = np.random.default_rng(7)
    values, weights = random.normal(size=4000), random.choice([1.0, 5.0], 4000)
    found = clustered_mean(ClusterTotals.of(values.tolist(), range(4000), weights.tolist()))
    mean = float(np.average(values, weights=weights))
    linear = weights * (values - mean) / weights.sum()

    assert found.mean == pytest.approx(mean)
    assert found.variance == pytest.approx(float((linear**2).sum()), rel=0.01)
    assert found.design_effect == pytest.approx(
        4000 * float((weights**2).sum()) / float(weights.sum()) ** 2, rel=0.05
    )


def test_weights_that_weigh_nothing_are_refused() -> None:
    for weight in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="must be above 0 and finite"):
            ClusterTotals.of([1.0, 0.0], "ab", [1.0, weight])
