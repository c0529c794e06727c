"""Curvature: products against the whole matrix by differences, eigenvalues against LAPACK's."""

import numpy as np
import pytest

from simple_ml import forward, gradients, softmax
from simple_ml.curvature import (
    gauss_newton_product,
    hessian_product,
    largest_eigenvalue,
    tangent_kernel,
)
from simple_ml.gradcheck import numerical_gradient, relative_error

SIZES = [(5, 4, 3, 2), (3, 2, 5, 4), (1, 3, 2, 3)]  # m, n, d, k


def problem(m, n, d, k, seed=0):
    rng = np.random.default_rng(seed)
    X, W1, W2 = (rng.standard_normal(shape) for shape in ((m, n), (n, d), (d, k)))
    return X, rng.integers(0, k, m), W1, W2


def matrix(product, *shapes):
    """Return the matrix behind a product, a column for each unit direction."""
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    columns = []
    for unit in np.eye(ends[-1]):
        V = [v.reshape(s) for v, s in zip(np.split(unit, ends[:-1]), shapes, strict=True)]
        columns.append(np.concatenate([part.ravel() for part in product(*V)]))
    return np.array(columns).T


def flat(W1, W2):
    return np.concatenate([W1.ravel(), W2.ravel()])


def pair(w, W1, W2):
    return w[: W1.size].reshape(W1.shape), w[W1.size :].reshape(W2.shape)


def jacobian(X, W1, W2):
    """Return d(logits)/d(weights), a row for each row of X and class, by central differences."""
    return np.array(
        [
            numerical_gradient(lambda w: forward(X, *pair(w, W1, W2))[1][at], flat(W1, W2))  # noqa: B023
            for at in np.ndindex(len(X), W2.shape[1])
        ]
    )


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("seed", range(3))
def test_the_hessian_is_the_derivative_of_the_gradient(sizes, seed):
    X, y, W1, W2 = problem(*sizes, seed=seed)

    def gradient(w):
        return flat(*gradients(X, y, *pair(w, W1, W2)))

    H = matrix(hessian_product(X, y, W1, W2), W1.shape, W2.shape)
    w, step = flat(W1, W2), 1e-6
    differences = [gradient(w + e) - gradient(w - e) for e in step * np.eye(len(w))]
    assert relative_error(H, np.array(differences) / (2 * step)) < 1e-7
    np.testing.assert_allclose(H, H.T, atol=1e-14)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_gauss_newton_matrix_is_made_of_the_jacobian_and_softmax_whatever_the_labels(sizes):
    X, y, W1, W2 = problem(*sizes)
    m, k = len(X), W2.shape[1]
    J = jacobian(X, W1, W2).reshape(m, k, -1)
    expected = sum(
        J_i.T @ (np.diag(s) - np.outer(s, s)) @ J_i / m
        for J_i, s in zip(J, softmax(forward(X, W1, W2)[1]), strict=True)
    )
    for labels in (y, (y + 1) % k):
        G = matrix(gauss_newton_product(X, labels, W1, W2), W1.shape, W2.shape)
        assert relative_error(G, expected) < 1e-8


@pytest.mark.parametrize("sizes", SIZES)
def test_the_tangent_kernel_is_the_jacobian_times_itself(sizes):
    X, _, W1, W2 = problem(*sizes)
    m, k = len(X), W2.shape[1]
    J = np.split(jacobian(X, W1, W2).reshape(m, k, -1), [W1.size], axis=2)
    for K, part in zip(tangent_kernel(X, W1, W2), J, strict=True):
        assert relative_error(K, np.einsum("icp,jcp->ij", part, part) / k) < 1e-8


@pytest.mark.parametrize("make", [hessian_product, gauss_newton_product])
@pytest.mark.parametrize("seed", range(5))
def test_the_largest_eigenvalue_is_that_of_the_whole_matrix(make, seed):
    X, y, W1, W2 = problem(8, 6, 5, 3, seed=seed)
    product = make(X, y, W1, W2)
    expected = np.linalg.eigvalsh(matrix(product, W1.shape, W2.shape))[-1]
    found = largest_eigenvalue(
        product, (W1.shape, W2.shape), np.random.default_rng(seed), tolerance=1e-8
    )
    assert found.value == pytest.approx(expected, rel=1e-10)


def test_the_residual_is_the_length_of_Mv_minus_value_times_v():
    X, y, W1, W2 = problem(8, 6, 5, 3)
    product = hessian_product(X, y, W1, W2)
    for steps in (1, 3, 6):
        found = largest_eigenvalue(
            product, (W1.shape, W2.shape), np.random.default_rng(0), steps=steps, tolerance=1e-12
        )
        assert found.steps == steps
        off = flat(*product(*found.vector)) - found.value * flat(*found.vector)
        assert np.linalg.norm(flat(*found.vector)) == pytest.approx(1)
        assert np.linalg.norm(off) == pytest.approx(found.residual, rel=1e-6)


def test_the_largest_eigenvalue_is_not_the_largest_in_size():
    M = np.diag([-10.0, 1.0, 3.0, 0.5])
    found = largest_eigenvalue(lambda v: (M @ v,), [(4,)], np.random.default_rng(0))
    assert found.value == pytest.approx(3)
    assert np.abs(found.vector[0]) == pytest.approx([0, 0, 1, 0], abs=1e-3)


@pytest.mark.parametrize("scale", [0.0, 2.0])
def test_a_multiple_of_the_identity_takes_one_step(scale):
    found = largest_eigenvalue(lambda v: (scale * v,), [(3, 2)], np.random.default_rng(0))
    assert found.value == pytest.approx(scale)
    assert found.steps == 1


def test_float32_stays_float32_and_agrees():
    X, y, W1, W2 = problem(8, 6, 5, 3)
    shapes = W1.shape, W2.shape
    wide = largest_eigenvalue(hessian_product(X, y, W1, W2), shapes, np.random.default_rng(0))
    narrow = [A.astype(np.float32) for A in (X, W1, W2)]
    product = hessian_product(narrow[0], y, *narrow[1:])
    V = [np.ones(shape, np.float32) for shape in shapes]
    assert {part.dtype for part in product(*V)} == {np.dtype(np.float32)}
    slim = largest_eigenvalue(product, shapes, np.random.default_rng(0), dtype=np.float32)
    assert slim.value == pytest.approx(wide.value, rel=1e-3)
    assert slim.vector[0].dtype == np.float32


def test_bad_input_is_refused():
    X, y, W1, W2 = problem(5, 4, 3, 2)
    with pytest.raises(ValueError, match="transposed"):
        hessian_product(X, y, W1.T, W2)
    for wrong, message in (
        ({"tolerance": 0}, "tolerance is 0"),
        ({"steps": 0}, "steps is 0, expected at least 1"),
    ):
        with pytest.raises(ValueError, match=message):
            largest_eigenvalue(lambda v: (v,), [(3,)], np.random.default_rng(0), **wrong)
