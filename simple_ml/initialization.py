"""Starting weights: one function a scheme, one table of them.

A scheme is called as ``scheme(fan_in, fan_out, rng, dtype)`` and returns a matrix of that shape,
for the convention ``X @ W`` in which a column holds the weights *into* one unit. All random schemes
draw independent entries of mean 0; they differ in the standard deviation, and each takes
``draw=uniform`` for a uniform distribution of the same variance.

The two layers may start by different rules: `pair` reads ``"hw0+fan_in"``, and `starting_weights`
draws both layers.
"""

import numpy as np

__all__ = [
    "SCHEMES",
    "constant",
    "fan_in",
    "glorot",
    "he",
    "he_fan_out",
    "hw0",
    "normal",
    "pair",
    "pytorch",
    "starting_weights",
    "uniform",
    "unit",
    "zeros",
]


def normal(std, shape, rng):
    """Return independent normal numbers of mean 0 and standard deviation `std`, float64.

    Parameters
    ----------
    std : float
        Standard deviation, ≥ 0.
    shape : tuple of int
        Shape of the result.
    rng : numpy.random.Generator or numpy.random.RandomState
        Source of randomness.
    """
    return std * rng.standard_normal(shape)


def uniform(std, shape, rng):
    """Return independent uniform numbers of mean 0 and standard deviation `std`, float64.

    Their bounds are ±√3·std, since a uniform number on [−a, a] has variance a²/3.

    Parameters
    ----------
    std : float
        Standard deviation, ≥ 0.
    shape : tuple of int
        Shape of the result.
    rng : numpy.random.Generator or numpy.random.RandomState
        Source of randomness.
    """
    bound = np.sqrt(3.0) * std
    return rng.uniform(-bound, bound, shape)


def hw0(fan_in, fan_out, rng, dtype=np.float32, *, draw=normal):
    """Return weights of variance 1/fan_out, the rule of CMU 10-714's homework 0.

    For W1 that is 1/hidden_dim and for W2 it is 1/k.

    Parameters
    ----------
    fan_in, fan_out : int
        Rows and columns: units that feed the layer, units of the layer.
    rng : numpy.random.Generator or numpy.random.RandomState
        Source of randomness.
    dtype : dtype, default float32
        Of the result.
    draw : {normal, uniform}
        Shape of the distribution.

    Returns
    -------
    W : ndarray of shape (fan_in, fan_out)
    """
    return draw(1 / np.sqrt(fan_out), (fan_in, fan_out), rng).astype(dtype)


def fan_in(fan_in, fan_out, rng, dtype=np.float32, *, draw=normal):
    """Return weights of variance 1/fan_in (LeCun et al. 1998).

    Parameters and return value are those of `hw0`.
    """
    return draw(1 / np.sqrt(fan_in), (fan_in, fan_out), rng).astype(dtype)


def he(fan_in, fan_out, rng, dtype=np.float32, *, draw=normal):
    """Return weights of variance 2/fan_in (He et al. 2015, arXiv:1502.01852, eq. 10).

    Parameters and return value are those of `hw0`.
    """
    return draw(np.sqrt(2 / fan_in), (fan_in, fan_out), rng).astype(dtype)


def he_fan_out(fan_in, fan_out, rng, dtype=np.float32, *, draw=normal):
    """Return weights of variance 2/fan_out (He et al. 2015, arXiv:1502.01852, eq. 14).

    Parameters and return value are those of `hw0`.
    """
    return draw(np.sqrt(2 / fan_out), (fan_in, fan_out), rng).astype(dtype)


def glorot(fan_in, fan_out, rng, dtype=np.float32, *, draw=normal):
    """Return weights of variance 2/(fan_in + fan_out) (Glorot & Bengio 2010, eq. 12).

    Parameters and return value are those of `hw0`.
    """
    return draw(np.sqrt(2 / (fan_in + fan_out)), (fan_in, fan_out), rng).astype(dtype)


def pytorch(fan_in, fan_out, rng, dtype=np.float32, *, draw=uniform):
    """Return weights of variance 1/(3·fan_in), uniform: the default of PyTorch's ``nn.Linear``.

    The bounds are ±1/√fan_in. Parameters and return value are those of `hw0`.
    """
    return draw(1 / np.sqrt(3 * fan_in), (fan_in, fan_out), rng).astype(dtype)


def unit(fan_in, fan_out, rng, dtype=np.float32, *, draw=normal):
    """Return weights of variance 1 whatever the size of the layer.

    Parameters and return value are those of `hw0`.
    """
    return draw(1.0, (fan_in, fan_out), rng).astype(dtype)


def zeros(fan_in, fan_out, rng=None, dtype=np.float32):
    """Return weights that are all 0; `rng` is not used.

    Parameters and return value are those of `hw0`.
    """
    return np.zeros((fan_in, fan_out), dtype)


def constant(fan_in, fan_out, rng=None, dtype=np.float32):
    """Return equal weights 1/fan_in; `rng` is not used.

    A unit then computes the mean of what feeds it, and all units of a layer compute the same.
    Parameters and return value are those of `hw0`.
    """
    return np.full((fan_in, fan_out), 1 / fan_in, dtype)


SCHEMES = {
    "hw0": hw0,
    "fan_in": fan_in,
    "he": he,
    "he_fan_out": he_fan_out,
    "glorot": glorot,
    "pytorch": pytorch,
    "unit": unit,
    "zeros": zeros,
    "constant": constant,
}
"""Every scheme by the name that `simple_ml.train_nn` and the command line take.

:meta hide-value:
"""


def pair(init):
    """Return the rule of each of the two layers.

    Parameters
    ----------
    init : str, callable or pair of them
        A name in `SCHEMES` or a function of the same form, for both layers; or one for each, as a
        pair or as text with a plus sign: ``("hw0", "fan_in")`` or ``"hw0+fan_in"``.

    Returns
    -------
    first, second : callable
        The rules for W1 and W2.

    Raises
    ------
    ValueError
        If a name is not in `SCHEMES`, or there are more than two rules.
    """
    rules = init.split("+") if isinstance(init, str) else init
    rules = list(rules) if isinstance(rules, (list, tuple)) else [rules]
    known = [callable(rule) or (isinstance(rule, str) and rule in SCHEMES) for rule in rules]
    if not all(known) or len(rules) not in (1, 2):
        raise ValueError(
            f"init is {init!r}, expected one of {', '.join(SCHEMES)} or a function, "
            "or a pair, one for each layer: 'hw0+fan_in'"
        )
    first, second = (SCHEMES.get(rule, rule) for rule in (rules[0], rules[-1]))
    return first, second


def starting_weights(init, sizes, rng, dtype=np.float32):
    """Return W1 and W2 of a two-layer network, drawn in this order.

    Parameters
    ----------
    init : str, callable or pair of them
        The rule, or one for each layer, as `pair` takes it.
    sizes : (int, int, int)
        n, d and k: inputs, hidden units and classes.
    rng : numpy.random.Generator or numpy.random.RandomState
        Source of randomness. With ``RandomState(0)`` and "hw0", the weights are the course's.
    dtype : dtype, default float32
        Of the result.

    Returns
    -------
    W1, W2 : ndarrays of shape (n, d) and (d, k)

    Raises
    ------
    TypeError, ValueError
        If `init` is not a rule, or `rng` is a seed and not a generator.
    """
    first, second = pair(init)
    if not isinstance(rng, (np.random.Generator, np.random.RandomState)):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a generator; "
            "make one from a seed: np.random.default_rng(0)"
        )
    n, d, k = sizes
    W1 = first(n, d, rng, dtype)
    W2 = second(d, k, rng, dtype)
    return W1, W2
