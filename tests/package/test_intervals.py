"""± is Student's interval for a mean over seeds, wider where several are compared."""

import numpy as np
import pytest

from simple_ml.study.intervals import interval, paired_difference, student_quantile


# As printed in every table of Student's distribution: 0.975, and far out in the tail
@pytest.mark.parametrize(
    ("level", "freedom", "quantile"),
    [
        (0.95, 4, 2.77645),
        (0.95, 9, 2.26216),
        (0.95, 19, 2.09302),
        (0.95, 120, 1.97993),
        (0.99, 4, 4.60409),
        (0.999, 9, 4.78091),
    ],
)
def test_quantiles_are_those_of_the_printed_tables(level, freedom, quantile):
    assert student_quantile(level, freedom) == pytest.approx(quantile, abs=1e-5)


def test_an_interval_is_the_quantile_times_the_standard_error():
    values = np.arange(10) % 3
    mean, half = interval(values)
    assert mean == pytest.approx(values.mean())
    assert half == pytest.approx(2.26216 * values.std(ddof=1) / np.sqrt(10), rel=1e-5)


def test_what_a_pair_shares_cancels():
    luck, gain = np.linspace(-3, 5, 8) ** 2, np.arange(8) % 3
    assert paired_difference(luck + gain, luck) == pytest.approx(interval(gain))


@pytest.mark.parametrize("comparisons", [1, 6])
def test_all_intervals_of_a_table_hold_as_often_as_they_say(comparisons):
    values = np.random.default_rng(0).standard_normal((4000, comparisons, 8))
    intervals = [[interval(row, comparisons=comparisons) for row in table] for table in values]
    hold = [all(abs(mean) <= half for mean, half in table) for table in intervals]
    assert np.mean(hold) == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("values", [np.zeros(4), np.zeros((5, 2))])
def test_values_that_are_not_one_a_seed_are_refused(values):
    with pytest.raises(ValueError, match="expected one a seed, with 5 or more"):
        interval(values)
    with pytest.raises(ValueError, match="expected one a seed, with 5 or more"):
        paired_difference(values, values)


def test_columns_that_do_not_pair_up_and_a_table_of_no_comparison_are_refused():
    with pytest.raises(ValueError, match=r"shapes \(6,\) and \(7,\), expected \(pairs,\) twice"):
        paired_difference(np.zeros(6), np.zeros(7))
    with pytest.raises(ValueError, match="comparisons is 0, expected at least 1"):
        interval(np.zeros(5), comparisons=0)
