"""How curved is the loss? Products with curvature matrices, from the book's own six equations.

The Hessian of a network with N weights has N² entries; at hidden_dim = 100 that is six thousand
million. Its product with one direction (V1, V2) costs about one gradient, beside a forward pass. A
dot is the derivative of a quantity as the weights move along the direction, W1 + t V1 and
W2 + t V2, at t = 0:

==================================  ============================================
equation (`simple_ml.two_layer`)    its derivative along (V1, V2)
==================================  ============================================
Z1 = ReLU(X W1)                     Ż1 = 1{Z1>0} ∘ (X V1)
Z2 = Z1 W2                          Ż2 = Ż1 W2 + Z1 V2
G2 = S − I_y                        Ġ2 = S ∘ (Ż2 − rowsum(S ∘ Ż2))
G1 = 1{Z1>0} ∘ (G2 W2ᵀ)             Ġ1 = 1{Z1>0} ∘ (Ġ2 W2ᵀ + G2 V2ᵀ)
∇W1 = Xᵀ G1 / m                     Xᵀ Ġ1 / m
∇W2 = Z1ᵀ G2 / m                    (Ż1ᵀ G2 + Z1ᵀ Ġ2) / m
==================================  ============================================

The two terms with an undotted G2 are what the Gauss–Newton matrix leaves out. The mask has no
derivative: the loss is smooth except where a pre-activation is exactly 0.
"""

from typing import NamedTuple

import numpy as np

from simple_ml import _validate
from simple_ml.losses import logit_curvature, logit_gradient
from simple_ml.two_layer import forward

__all__ = [
    "Eigenpair",
    "gauss_newton_product",
    "hessian_product",
    "largest_eigenvalue",
    "tangent_kernel",
]


def hessian_product(X, y, W1, W2):
    """Return the function that multiplies a direction by the Hessian of the batch's mean loss.

    Parameters
    ----------
    X : ndarray of shape (m, n), float32 or float64
        Inputs.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    W1, W2 : ndarrays of shape (n, d) and (d, k), float32 or float64
        Where the curvature is wanted; not modified. The forward pass is done once, here.

    Returns
    -------
    product : callable
        ``product(V1, V2)`` returns two arrays of the same shapes: the derivative of the gradients
        along that direction.

    Raises
    ------
    TypeError, ValueError
        On bad input.

    Notes
    -----
    Pearlmutter 1994, "Fast exact multiplication by the Hessian".
    """
    return _product(X, y, W1, W2, residual=1)


def gauss_newton_product(X, y, W1, W2):
    """Return the function that multiplies a direction by the Gauss–Newton matrix of the mean loss.

    That is JᵀHJ/m: J is the derivative of the logits with respect to the weights, and H holds
    diag(s) − ssᵀ for each row s of probabilities. It is never negative, and it is the Hessian where
    the network is linear in its weights. It does not depend on the values of the labels.

    Parameters, return value and errors are those of `hessian_product`.
    """
    return _product(X, y, W1, W2, residual=0)


def _product(X, y, W1, W2, residual):
    """Return the product with the Hessian (residual 1) or with the Gauss–Newton matrix (0)."""
    for name, A in (("X", X), ("W1", W1), ("W2", W2)):
        _validate.float_matrix(name, A)
    _validate.chain("X", X, "W1", W1)
    _validate.chain("W1", W1, "W2", W2)
    _validate.label_vector(y, len(X), W2.shape[1], rows="X")
    Z1, Z2 = forward(X, W1, W2)
    m, mask = len(X), Z1 > 0
    G2 = residual * logit_gradient(Z2, y)  # (m, k)

    def product(V1, V2):
        Z1_dot = mask * (X @ V1)  # (m, d)
        Z2_dot = Z1_dot @ W2 + Z1 @ V2  # (m, k)
        G2_dot = logit_curvature(Z2, Z2_dot)  # (m, k)
        G1_dot = mask * (G2_dot @ W2.T + G2 @ V2.T)  # (m, d)
        return X.T @ (G1_dot / m), (Z1_dot.T @ G2 + Z1.T @ G2_dot) / m

    return product


class Eigenpair(NamedTuple):
    """The largest eigenvalue of a symmetric matrix, as far as it was found.

    Attributes
    ----------
    value : float
        The eigenvalue; from below.
    vector : tuple of ndarray
        The direction (V1, V2, …) that belongs to it, of length 1 over all its entries.
    residual : float
        Length of ``product(vector) − value · vector``: some eigenvalue is no further from `value`.
    steps : int
        Products that it took.
    """

    value: float
    vector: tuple
    residual: float
    steps: int


def largest_eigenvalue(product, shapes, rng, *, tolerance=1e-3, steps=100, dtype=np.float64):
    """Return the largest eigenvalue of a symmetric matrix that is known by its products only.

    Power iteration keeps the last of the vectors v, Mv, M²v, …; this is Lanczos' method, which
    keeps them all, orthonormal, and takes the best combination. It needs fewer products, and it
    finds the *largest* eigenvalue also where the most negative one is larger in size.

    Parameters
    ----------
    product : callable
        ``product(*V)`` takes and returns arrays of `shapes`.
    shapes : sequence of tuple of int
        Such as ``(W1.shape, W2.shape)``.
    rng : numpy.random.Generator
        Draws the first direction.
    tolerance : float, default 1e-3
        Stop when the residual is below this share of the value.
    steps : int, default 100
        Stop after so many products in any case; each keeps one more vector in memory.
    dtype : dtype, default float64
        Of the vectors; float32 halves the memory.

    Returns
    -------
    pair : Eigenpair
        Look at its residual: it was not converged if that is above the tolerance.

    Raises
    ------
    ValueError
        If `tolerance` is not positive, or `steps` is below 1.
    """
    steps = _validate.count("steps", steps, least=1)
    if not tolerance > 0:
        raise ValueError(f"tolerance is {tolerance}, expected a positive number such as 1e-3")
    ends = np.cumsum([np.prod(shape, dtype=int) for shape in shapes])

    def pieces(vector):
        parts = np.split(vector, ends[:-1])
        return tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))

    q = rng.standard_normal(ends[-1]).astype(dtype)
    basis, T = np.empty((0, len(q)), dtype), np.zeros((0, 0))
    beta = np.linalg.norm(q)
    for _ in range(min(steps, len(q))):
        basis = np.vstack([basis, q / beta])
        q = np.concatenate([part.ravel() for part in product(*pieces(basis[-1]))])
        T = np.pad(T, (0, 1))
        T[-1] = T[:, -1] = basis @ q  # the matrix, as seen from the span of the basis
        for _ in range(2):  # once is not enough in floating point
            q = q - basis.T @ (basis @ q)
        beta = np.linalg.norm(q)
        values, vectors = np.linalg.eigh(T)
        residual = beta * abs(vectors[-1, -1])
        if residual <= tolerance * abs(values[-1]) or beta == 0:
            break
    vector = pieces((vectors[:, -1] @ basis).astype(dtype))
    return Eigenpair(float(values[-1]), vector, float(residual), len(T))


def tangent_kernel(X, W1, W2):
    """Return the tangent kernel of the network, the part of W1 and the part of W2.

    Entry (i, j) of the sum is the scalar product of the derivatives of a logit at rows i and j with
    respect to all the weights, averaged over the k logits: how much a step on row j moves row i.

    Parameters
    ----------
    X : ndarray of shape (m, n), float
        Inputs.
    W1, W2 : ndarrays of shape (n, d) and (d, k), float
        Weights.

    Returns
    -------
    K1, K2 : ndarrays of shape (m, m)
        ``K1 = (X Xᵀ) ∘ (M diag(w) Mᵀ)`` with the mask M = 1{Z1>0} and w the mean of the squares in
        each row of W2; ``K2 = Z1 Z1ᵀ``.

    Notes
    -----
    Jacot, Gabriel & Hongler 2018, arXiv:1806.07572.
    """
    Z1, _ = forward(X, W1, W2)
    M = (Z1 > 0).astype(Z1.dtype)  # (m, d)
    w = np.mean(W2**2, axis=1)  # (d,)
    return (X @ X.T) * ((M * w) @ M.T), Z1 @ Z1.T
