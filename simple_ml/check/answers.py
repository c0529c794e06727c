"""When two answers to a question are equal: arrays by their numbers, random draws by their moments.

An answer is a dict of arrays by the names of the outputs, the name of the exception that was
raised, or None where it has no such form.
"""

import numpy as np

SHAPES = {"ValueError", "IndexError"}  # what NumPy raises where sizes do not fit, either of the two


def same(found, wanted, probe, before=None):
    """Return whether two answers to a probe are equal within its tolerance.

    The tolerance is relative to the largest expected change, not to the weights: a small step must
    be right, too. Where both are somewhere not finite they count as equal, since where an overflow
    shows depends on how the same formula is written.
    """
    if isinstance(found, str) and isinstance(wanted, str):
        return found == wanted or {found, wanted} <= SHAPES
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return False
    return found.keys() == wanted.keys() and all(
        same_array(found[name], wanted[name], probe.tolerance, before and before[name])
        for name in wanted
    )


def same_array(found, wanted, tolerance, before=None):
    """Return whether two arrays are equal, relative to what `wanted` changes of `before`.

    A number may come as an array with one entry; otherwise the shapes must be the same.
    """
    one_number = wanted.ndim == 0 and found.size == 1
    if found.shape != wanted.shape and not one_number:
        return False
    if found.dtype.kind not in "biuf":
        return False
    found, wanted = found.astype(float).reshape(wanted.shape), wanted.astype(float)
    if not np.isfinite(wanted).all():
        return not np.isfinite(found).all()
    change = np.abs(wanted if before is None else wanted - before).max(initial=0)
    if wanted.ndim == 0:
        change = max(change, 1.0)  # a loss may be 0
    floor = 0 if before is None else 1e-9 * np.abs(before).max(initial=0)
    return bool((np.abs(found - wanted) <= tolerance * change + floor).all())


def moments(W):
    """Return what is compared of random weights: shape, mean and standard deviation."""
    W = np.asarray(W)
    if W.dtype.kind != "f" or W.size == 0:
        return None
    W = W.astype(float)
    return {"shape": np.array(W.shape), "mean": W.mean(), "std": W.std()}


def same_moments(found, wanted, probe=None, before=None):
    """Return whether two draws may come from distributions of one mean and deviation."""
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return isinstance(found, str) and found == wanted
    if tuple(found["shape"]) != tuple(wanted["shape"]):
        return False
    std, mean = float(wanted["std"]), float(wanted["mean"])
    return bool(
        abs(found["std"] - std) <= 0.03 * std + 1e-8 * abs(mean)
        and abs(found["mean"] - mean) <= 0.05 * std + 1e-6 * abs(mean)
    )
