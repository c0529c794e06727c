import numpy as np
import pytest

from simple_ml import initialization
from simple_ml.initialization import SCHEMES, constant, fan_in, he, hw0, pair, uniform, zeros

FAN_IN, FAN_OUT = 300, 200
STD = {
    "hw0": 1 / np.sqrt(FAN_OUT),
    "fan_in": 1 / np.sqrt(FAN_IN),
    "he": np.sqrt(2 / FAN_IN),
    "he_fan_out": np.sqrt(2 / FAN_OUT),
    "glorot": np.sqrt(2 / (FAN_IN + FAN_OUT)),
    "pytorch": 1 / np.sqrt(3 * FAN_IN),
    "unit": 1.0,
}


@pytest.mark.parametrize("name", sorted(SCHEMES.keys() - {"zeros", "constant"}))
@pytest.mark.parametrize("options", [{}, {"draw": uniform}])
def test_a_scheme_has_its_shape_mean_standard_deviation_and_bound(name, options):
    W = SCHEMES[name](FAN_IN, FAN_OUT, np.random.default_rng(0), np.float64, **options)
    assert W.shape == (FAN_IN, FAN_OUT)
    # 60,000 draws: the standard error of the mean is std/245, that of the std below std/346.
    assert abs(W.mean()) < 4 * STD[name] / 245
    assert W.std() == pytest.approx(STD[name], rel=4 / 346)
    if options or name == "pytorch":  # uniform: no further than √3 standard deviations
        assert 0.999 < np.abs(W).max() / (np.sqrt(3) * STD[name]) <= 1


@pytest.mark.parametrize("name", sorted(SCHEMES))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_scheme_returns_a_writable_array_of_the_dtype_asked_for(name, dtype):
    W = SCHEMES[name](4, 3, np.random.default_rng(0), dtype=dtype)
    assert W.dtype == dtype
    assert W.flags.writeable
    assert W.flags.c_contiguous


def test_zeros_are_zero_and_constant_weights_average_their_inputs():
    assert not zeros(4, 3).any()
    np.testing.assert_allclose(constant(4, 3).sum(axis=0), 1)


@pytest.mark.parametrize(
    ("init", "rules"),
    [
        ("he", (he, he)),
        ("hw0+fan_in", (hw0, fan_in)),
        (("hw0", "he"), (hw0, he)),
        (["hw0", zeros], (hw0, zeros)),
        (zeros, (zeros, zeros)),
    ],
)
def test_a_pair_has_a_rule_for_each_layer_and_one_rule_is_both(init, rules):
    assert pair(init) == rules


@pytest.mark.parametrize(
    "init", ["", "xavier", "hw0+", "hw0+xavier", "hw0+he+he", (), ("hw0", 1), None, 1.5, {"hw0"}]
)
def test_what_is_not_a_pair_of_rules_is_named(init):
    with pytest.raises(ValueError, match=r"^init is .*, expected one of hw0, .*'hw0\+fan_in'$"):
        pair(init)


def test_each_layer_may_have_its_own_rule():
    def start(init):
        return initialization.starting_weights(init, (6, 4, 3), np.random.default_rng(1))

    np.testing.assert_array_equal(start("hw0+fan_in")[0], start("hw0")[0])
    np.testing.assert_array_equal(start("hw0+fan_in")[1], start("fan_in")[1])
    with pytest.raises(TypeError, match=r"rng is a int.*default_rng\(0\)"):
        initialization.starting_weights("hw0", (6, 4, 3), 0)
