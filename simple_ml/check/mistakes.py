"""The table of named mistakes: one row a mistake.

A row says what the mistake is called, when one gets it, where the book explains it, how the line
should read, and, as text, the *lines* of the right program (`simple_ml.check.programs`) that are
wrong. A mistake that people write in several ways has several sets of lines; a row applies to
every function whose program has those lines. In braces stands a number that is measured in the
function's own results (`simple_ml.check.explanation.measured`). To add a mistake, add a row:

    Mistake(
        "ascent",                                           # its name in `report.mistakes`
        "the step goes uphill: the gradient is added",      # "... is what you get when ..."
        "update",                                           # a key of `READ`
        "W1 -= lr * dW1",                                   # how the line should read
        {"rate": "-lr"},                                    # the lines that are wrong
    ),

The tests in ``tests/check`` then see that the row changes the results, that no other row gives the
same ones, and that it is found, alone and beside another.
"""

from dataclasses import dataclass

from simple_ml.check.assignment import BEYOND
from simple_ml.check.programs import fits

ANY_ORDER = "'every order of the rows'"  # a value for the line "order": they are tried one by one

_SCORES, _LAYERS, _DEPTH = "01_softmax_loss", "02_two_layer_gradients", "03_backpropagation"
_TRAINING, _START = "04_training", "05_initialization"

READ = {
    # key: the chapter's notebook, an equation's label, and down to which level its section counts
    "softmax": (_SCORES, "eq-sm-softmax", 3),
    "loss": (_SCORES, "eq-sm-loss", 3),
    "mean": (_SCORES, "eq-sm-batch-loss", 3),
    "overflow": (_SCORES, "eq-sm-shifted", 3),
    "error": (_SCORES, "eq-sm-batch-gradient", 3),
    "forward": (_LAYERS, "eq-2l-batch", 3),
    "G1": (_LAYERS, "eq-2l-g1", 3),
    "dW1": (_LAYERS, "eq-2l-dw1", 3),
    "dW2": (_LAYERS, "eq-2l-dw2", 3),
    "recursion": (_DEPTH, "eq-bp-recursion", 3),
    "data": (_TRAINING, "", 2),  # the chapter's first section
    "update": (_TRAINING, "eq-tr-sgd", 3),
    "epoch": (_TRAINING, "eq-tr-forward", 2),
    "batch": (_TRAINING, "eq-tr-ragged", 3),
    "init": (_START, "eq-in-rules", 3),
}
"""Where a mistake sends its reader. Titles and numbers stand in `simple_ml.check.reading`."""

GRADIENT_OF = {"W2": "dW2", "dW2": "dW2", "theta": "error"}
"""Where the gradient of an output is derived, for rows that say "dW1" and hold for others, too."""


@dataclass(frozen=True, init=False)
class Mistake:
    """One row of the table.

    Attributes
    ----------
    name : str
        Its name in `Report.mistakes`.
    when : str
        Completes "Your W1 is what you get when …".
    see : str
        A key of `READ`.
    write : str
        How the line should read.
    ways : tuple of dict
        For each way of writing it the wrong lines: name and expression.
    """

    name: str
    when: str
    see: str
    write: str
    ways: tuple

    def __init__(self, name, when, see, write, *ways):
        self.__dict__.update(name=name, when=when, see=see, write=write, ways=ways)

    def ways_in(self, task):
        """Return the ways that apply to a function."""
        return [way for way in self.ways if fits(task, way)]


P_LOSS = "-np.log(S[np.arange(m), labels])"  # a loss that goes through the probabilities
SLOPES = ("0.01", "0.1", "0.2", "0.05", "0.001", "0.3", "0.25", "0.5")  # of a leaky ReLU

ACTIVATIONS = (
    # name, in words, the forward line, its derivative
    ("absolute_value", "an absolute value", "np.abs(A1)", "np.sign(A1)"),
    ("sigmoid_for_relu", "a sigmoid", "sigmoid(A1)", "Z1 * (1 - Z1)"),
    ("tanh_for_relu", "a tanh", "np.tanh(A1)", "1 - Z1**2"),
    ("softplus_for_relu", "a softplus, log(1 + exp(a)),", "np.logaddexp(0, A1)", "sigmoid(A1)"),
)

TABLE = (
    # ------------------------------------------------------------ the mean over the batch
    Mistake(
        "no_mean",
        "the gradient is summed over the rows and not divided by their number",
        "error",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {"m1": "1", "m2": "1"},
        {"m1": "1"},
        {"m2": "1"},
        {"mi": "1"},
    ),
    Mistake(
        "divides_by_batch",
        "a last batch that is shorter is still divided by `batch`, the rows asked for",
        "batch",
        "m = len(yb)",
        {"m1": "batch", "m2": "batch"},
        {"m1": "batch"},
        {"m2": "batch"},
    ),
    Mistake(
        "divides_by_all",
        "a batch is divided by the number of rows of the whole set",
        "batch",
        "m = len(yb)",
        {"m1": "N", "m2": "N"},
        {"m1": "N"},
        {"m2": "N"},
    ),
    Mistake(
        "divides_twice",
        "the gradient is divided by the number of rows twice",
        "error",
        "G2 = S - I_y, with the 1/m in dW1 and dW2 only",
        {"m1": "m * m", "m2": "m * m"},
        {"m1": "m * m"},
        {"m2": "m * m"},
        {"mi": "m * m"},
    ),
    Mistake(
        "divides_in_every_layer",
        "the 1/m is applied once more in each layer on the way back",
        "recursion",
        "dW = Z.T @ V / m, and G = V @ W.T without the 1/m",
        {"carried": "V / m"},
    ),
    Mistake(
        "divides_by_entries",
        "the mean is taken over all entries of the batch, rows × classes, not over its rows",
        "error",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {"m1": "m * k", "m2": "m * k"},
        {"mi": "m * k"},
    ),
    # ------------------------------------------------------------ the mask
    Mistake(
        "mask_missing",
        "the ReLU mask is missing from G1, or is `Z1 >= 0`, which is always true after a ReLU",
        "G1",
        "G1 = (Z1 > 0) * (G2 @ W2.T)",
        {"mask": "1"},
        {"mask": "Z1 >= 0"},
    ),
    Mistake(
        "mask_not_strict",
        "the ReLU mask lets a pre-activation of exactly 0 through: `>=` where `>` is meant",
        "G1",
        "G1 = (Z1 > 0) * (G2 @ W2.T)",
        {"mask": "A1 >= 0"},
    ),
    Mistake(
        "mask_of_wrong_array",
        "the mask is taken from another array than the hidden layer's",
        "G1",
        "G1 = (Z1 > 0) * (G2 @ W2.T)",
        {"mask": "B1 > 0"},
        {"mask": "Z2 > 0"},
        {"mask": "Xb > 0"},
        {"mask": "G2 > 0"},
        {"mask": "S > 0"},
        {"mask": "1", "P1": "(W1 > 0) * (Xb.T @ G1)"},
    ),
    Mistake(
        "mask_inverted",
        "the mask keeps the units that are off and drops those that are on",
        "G1",
        "G1 = (Z1 > 0) * (G2 @ W2.T)",
        {"mask": "Z1 <= 0"},
    ),
    Mistake(
        "activation_for_mask",
        "G1 is multiplied by the activations Z1 where the mask 1{Z1 > 0} belongs",
        "G1",
        "G1 = (Z1 > 0) * (G2 @ W2.T)",
        {"mask": "Z1"},
        {"mask": "A1"},
    ),
    Mistake(
        "derivative_missing",
        "the derivative of the activation is missing on the way back",
        "recursion",
        "V = G * derivative(A)",
        {"derivative": "1"},
    ),
    Mistake(
        "derivative_not_carried",
        "the derivative of the activation is in dW but not in the G that goes further back",
        "recursion",
        "G = V @ W.T",
        {"carried": "G"},
    ),
    Mistake(
        "derivative_of_output",
        "the derivative is evaluated at the activation σ(A), not at the pre-activation A",
        "recursion",
        "V = G * derivative(A)",
        {"derivative": "d_sigma(next_Z)"},
    ),
    # ------------------------------------------------------------ forward
    Mistake(
        "relu_missing",
        "the hidden layer has no ReLU on the way forward",
        "forward",
        "Z1 = np.maximum(X @ W1, 0)",
        {"Z1": "A1"},
    ),
    Mistake(
        "relu_on_logits",
        "a ReLU is applied to the logits, too: scores may be negative",
        "forward",
        "Z2 = Z1 @ W2",
        {"Z2": "relu(Z1 @ V2 + b2)"},
    ),
    Mistake(
        "bias_added",
        "a bias is added, which the network of the book and the homework does not have",
        "forward",
        "Z1 = np.maximum(X @ W1, 0), Z2 = Z1 @ W2",
        {"new_b1": "b1 - rate * G1.sum(axis=0) / m", "new_b2": "b2 - rate * G2.sum(axis=0) / m"},
        {"new_b1": "b1 - rate * G1.sum(axis=0) / m"},
        {"new_b2": "b2 - rate * G2.sum(axis=0) / m"},
        {"A1": "Xb @ V1 + 1"},
    ),
    # ------------------------------------------------------------ another activation
    Mistake(
        "leaky_relu",
        "the hidden layer has a leaky ReLU where a ReLU is meant",
        "forward",
        "Z1 = np.maximum(X @ W1, 0)",
        *(
            {"Z1": f"np.where(A1 > 0, A1, {a} * A1)", "mask": f"np.where(A1 > 0, 1, {a})"}
            for a in SLOPES
        ),
        *({"mask": f"np.where(A1 > 0, 1, {a})"} for a in SLOPES),
        *({"Z1": f"np.where(A1 > 0, A1, {a} * A1)", "mask": "A1 > 0"} for a in SLOPES),
    ),
    *(
        Mistake(
            name,
            f"the hidden layer has {what} where a ReLU is meant",
            "forward",
            "Z1 = np.maximum(X @ W1, 0), G1 = (Z1 > 0) * (G2 @ W2.T)",
            *({"Z1": forward, "mask": mask} for mask in (derivative, "A1 > 0", "1")),
        )
        for name, what, forward, derivative in ACTIVATIONS
    ),
    # ------------------------------------------------------------ softmax
    Mistake(
        "softmax_over_columns",
        "the softmax runs over axis 0, the rows of the batch, not over the classes of each row",
        "softmax",
        "E / E.sum(axis=1, keepdims=True)",
        {"shift": "Z2.max(axis=0)", "total": "E.sum(axis=0)"},
        {"total": "E.sum(axis=0)"},
        {"shift": "Z2.max()", "total": "E.sum(axis=0)"},
        {"lse": "np.log(E.sum(axis=0)) + shift[:, 0]"},
        {"total": "E.sum(axis=0)", "row_loss": P_LOSS},
        {"shift": "Z2.max(axis=0)", "total": "E.sum(axis=0)", "row_loss": P_LOSS},
        {"S": "softmax(Z2.T).T"},
    ),
    Mistake(
        "softmax_over_everything",
        "the softmax is normalised over the whole batch: all entries sum to 1, not each row",
        "softmax",
        "E / E.sum(axis=1, keepdims=True)",
        {"shift": "Z2.max()", "total": "E.sum()"},
        {"total": "E.sum()"},
        {"total": "E.sum()", "row_loss": P_LOSS},
        {"shift": "Z2.max()", "total": "E.sum()", "row_loss": P_LOSS},
        {"S": "softmax(Z2.reshape(1, -1)).reshape(Z2.shape)"},
    ),
    Mistake(
        "keepdims_missing",
        "each row is divided by another row's sum: keepdims=True is missing",
        "softmax",
        "E / E.sum(axis=1, keepdims=True)",
        {"total": "E.sum(axis=1)"},
        {"total": "E.sum(axis=1)", "row_loss": P_LOSS},
    ),
    Mistake(
        "no_max_shift",
        "the exponentials are not shifted by the row's largest logit: they overflow where it is "
        "large",
        "overflow",
        "E = np.exp(Z - Z.max(axis=1, keepdims=True))",
        {"shift": "0"},
        {"shift": "0", "row_loss": P_LOSS},
        {"E": "np.exp(Z2)", "S": "np.exp(Z2 - np.log(total))"},
    ),
    Mistake(
        "shift_of_whole_batch",
        "all rows are shifted by the largest logit of the whole batch, and small rows underflow",
        "overflow",
        "E = np.exp(Z - Z.max(axis=1, keepdims=True))",
        {"shift": "Z2.max()"},
        {"shift": "Z2.max()", "row_loss": P_LOSS},
    ),
    Mistake(
        "shift_missing_in_score",
        "the shift by the largest logit is in the exponentials but not in the label's own logit",
        "overflow",
        "Z = Z - Z.max(axis=1, keepdims=True), before both of them",
        {"lse": "np.ravel(np.log(total))"},
        {"shift": "Z2.max()", "lse": "np.ravel(np.log(total))"},
    ),
    Mistake(
        "softmax_missing",
        "the softmax is left out: the logits themselves are taken for probabilities",
        "softmax",
        "S = softmax(Z2)",
        {"S": "Z2"},
        {"row_loss": "-np.log(picked)"},
    ),
    Mistake(
        "sigmoid_for_softmax",
        "the logits go through a sigmoid, each by itself, where a softmax is meant",
        "softmax",
        "S = softmax(Z2)",
        {"S": "sigmoid(Z2)"},
        {"S": "sigmoid(Z2)", "row_loss": P_LOSS},
    ),
    Mistake(
        "softmax_not_normalised",
        "the exponentials are not divided by their sum",
        "softmax",
        "E / E.sum(axis=1, keepdims=True)",
        {"total": "1"},
    ),
    Mistake(
        "softmax_over_norm",
        "the exponentials are divided by their Euclidean norm, the root of the sum of their "
        "squares, not by their sum",
        "softmax",
        "E / E.sum(axis=1, keepdims=True)",
        {"total": "np.linalg.norm(E, axis=1, keepdims=True)"},
        {"total": "np.linalg.norm(E, axis=1, keepdims=True)", "row_loss": P_LOSS},
        {"total": "np.linalg.norm(E)"},
    ),
    Mistake(
        "softmax_twice",
        "probabilities are passed on where logits are meant: the softmax is applied twice",
        "softmax",
        "softmax_loss(Z, y) with Z = X @ theta",
        {"S": "softmax(softmax(Z2))"},
        {"Z2": "softmax(Z)"},
    ),
    # ------------------------------------------------------------ labels
    Mistake(
        "one_hot_missing",
        "the labels are not subtracted: G2 is S, not S − I_y",
        "error",
        "G2 = S - I_y",
        {"I_y": "0"},
    ),
    Mistake(
        "one_hot_added",
        "the labels are added where they should be subtracted: S + I_y",
        "error",
        "G2 = S - I_y",
        {"G2": "S + I_y"},
    ),
    Mistake(
        "labels_off_by_one",
        "every label is off by one: the classes are 0 … k−1, not 1 … k",
        "error",
        "I_y[np.arange(m), y] = 1",
        {"labels": "yb - 1"},
        {"labels": "yb + 1"},
        {"labels": "(yb + 1) % k"},
        {"labels": "(yb.astype(int) - 1) % k"},
        {"I_y": "(np.arange(k) + 1 == yb[:, None]) * 1.0"},
        {"I_y": "(np.arange(k) - 1 == yb[:, None]) * 1.0"},
    ),
    Mistake(
        "classes_from_labels",
        "the classes are counted from the labels at hand, where some may be missing",
        "error",
        "k = W2.shape[1]",
        {"I_y": "one_hot(yb, int(yb.max()) + 1)"},
        {"I_y": "one_hot(yb, int(all_y.max()) + 1)"},
        {"I_y": "one_hot(yb, len(np.unique(all_y)))"},
        {"I_y": "one_hot(yb, len(np.unique(yb)))"},
    ),
    Mistake(
        "one_hot_of_batch_rows",
        "`np.eye` is made with a row for each row of the batch, where it needs one for each class",
        "error",
        "np.eye(k)[y]",
        {"I_y": "np.eye(batch, k)[yb]"},
        {"I_y": "np.eye(len(yb), k)[yb]"},
    ),
    Mistake(
        "labels_as_numbers",
        "the label's number is subtracted from the whole row, not 1 from the label's column",
        "error",
        "G2 = S - I_y",
        {"I_y": "yb[:, None].astype(float)"},
    ),
    Mistake(
        "labels_index_all_rows",
        "the labels pick columns in all rows: `[:, y]` where `[np.arange(m), y]` is meant",
        "error",
        "S[np.arange(m), y]",
        {"I_y": "1.0 * np.isin(np.arange(k), yb)"},
        {"I_y": "np.bincount(yb, minlength=k) * 1.0"},
        {"row_loss": "(lse[:, None] - Z2[:, yb]).mean(axis=1)"},
        {"row_loss": "-np.log(S[:, yb]).mean(axis=1)"},
    ),
    # ------------------------------------------------------------ transposes and factors
    Mistake(
        "W2_not_transposed",
        "the error goes back through W2, not W2.T, which fits only when d = k",
        "G1",
        "G1 = (Z1 > 0) * (G2 @ W2.T)",
        {"B1": "G2 @ U2"},
        {"next_G": "carried @ W"},
    ),
    Mistake(
        "input_not_transposed",
        "the transpose of the layer's input is missing, which fits only when the sizes are equal",
        "dW1",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {"P1": "Xb @ G1"},
        {"P2": "H @ G2"},
        {"P1": "Xb @ G1", "P2": "H @ G2"},
        {"P": "H @ V"},
    ),
    Mistake(
        "gradient_transposed",
        "the gradient is transposed, which fits only when the weights are square",
        "dW1",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {"P1": "G1.T @ Xb"},
        {"P2": "G2.T @ H"},
        {"P1": "G1.T @ Xb", "P2": "G2.T @ H"},
        {"P": "V.T @ H"},
    ),
    Mistake(
        "reshape_for_transpose",
        "`reshape` is used for a transpose: it keeps the order of the numbers and mixes the rows",
        "dW1",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {"P1": "Xb.reshape(Xb.shape[::-1]) @ G1"},
        {"P2": "H.reshape(H.shape[::-1]) @ G2"},
        {"P1": "Xb.reshape(Xb.shape[::-1]) @ G1", "P2": "H.reshape(H.shape[::-1]) @ G2"},
        {"B1": "G2 @ U2.reshape(U2.shape[::-1])"},
        {"next_G": "carried @ W.reshape(W.shape[::-1])"},
        {"P": "H.reshape(H.shape[::-1]) @ V"},
    ),
    Mistake(
        "preactivation_in_dW2",
        "dW2 is made from the pre-activations X W1, where the activations Z1 = ReLU(X W1) belong",
        "dW2",
        "dW2 = Z1.T @ G2 / m",
        {"H": "A1"},
    ),
    Mistake(
        "wrong_layers_input",
        "the gradient is made from another layer's input than the one its weights multiply",
        "recursion",
        "dW2 = Z1.T @ G2 / m; in general dW_i = Z_i.T @ V_i / m",
        {"H": "Xb"},
        {"H": "next_Z"},
    ),
    Mistake(
        "product_of_means",
        "the mean of products is taken for the product of means, which is right only for one row",
        "dW1",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {
            "dW1": "np.outer(Xb.mean(axis=0), G1.mean(axis=0))",
            "dW2": "np.outer(H.mean(axis=0), G2.mean(axis=0))",
        },
        {"dW1": "np.outer(Xb.mean(axis=0), G1.mean(axis=0))"},
        {"dW2": "np.outer(H.mean(axis=0), G2.mean(axis=0))"},
    ),
    Mistake(
        "gradients_swapped",
        "the gradients are returned in the wrong order",
        "dW1",
        "return dW1, dW2",
        {"result": "(dW2, dW1)"},
        {"result": "dWs[::-1]"},
    ),
    # ------------------------------------------------------------ the step
    Mistake(
        "W2_updated_first",
        "W2 is updated before G1 is computed, so that the error goes back through the new W2",
        "update",
        "compute dW1 and dW2 first, then W1 -= lr * dW1 and W2 -= lr * dW2",
        {"U2": "V2 - rate * dW2"},
        {"dW1": "gradients(Xb, yb, W1, new_W2)[0]"},
    ),
    Mistake(
        "W1_updated_first",
        "W1 is updated before W2's gradient is computed, so that it is made with the new W1",
        "update",
        "compute dW1 and dW2 first, then W1 -= lr * dW1 and W2 -= lr * dW2",
        {"H": "relu(Xb @ new_W1)"},
        {"dW2": "gradients(Xb, yb, new_W1, W2)[1]"},
    ),
    Mistake(
        "old_weights",
        "every batch uses the weights from before the epoch, not those after the batch before it",
        "update",
        "compute Z1 and Z2 inside the loop, with the weights as they are then",
        {"V1": "old_W1", "V2": "old_W2"},
        {"V2": "old_W2"},
    ),
    Mistake(
        "ascent",
        "the step goes uphill: the sign of the gradient is turned round",
        "update",
        "W1 -= lr * dW1, with G2 = S - I_y",
        {"rate": "-lr"},
        {"G2": "I_y - S"},
        {"P1": "-Xb.T @ G1"},
        {"P2": "-H.T @ G2"},
    ),
    Mistake(
        "gradient_scaled",
        "the gradient is {} times the right one",
        "error",
        "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m",
        {"rate": "{factor} * lr"},
        {"m1": "m / {factor}", "m2": "m / {factor}"},
        {"m1": "m / {factor1}"},
        {"m2": "m / {factor2}"},
        {"mi": "m / {factor}"},
    ),
    Mistake(
        "weight_decay",
        "{} times the weights is added to their gradient: a weight decay, which is not asked for",
        "error",
        "W1 -= lr * dW1",
        {"dW1": "P1 / m1 + {decay} * W1", "dW2": "P2 / m2 + {decay} * W2"},
        {"dW1": "P1 / m1 + {decay1} * W1"},
        {"dW2": "P2 / m2 + {decay2} * W2"},
        {"dW2": "P2 / m2 + {decay} * W2"},
    ),
    Mistake(
        "lr_twice",
        "the learning rate is applied twice",
        "update",
        "W1 -= lr * dW1",
        {"rate": "lr * lr"},
    ),
    Mistake(
        "lr_ignored",
        "the argument lr is not used",
        "update",
        "W1 -= lr * dW1",
        *({"rate": rate} for rate in ("1", "0.1", "0.5", "0.2", "0.01", "0.001")),
        {"rate": "{rate}"},
    ),
    Mistake(
        "W1_not_updated",
        "W1 is never updated: the step is missing, or is lost in a new array as in W1 = W1 - …",
        "update",
        "W1 -= lr * dW1",
        {"new_W1": "W1"},
    ),
    Mistake(
        "W2_not_updated",
        "W2 is never updated: the step is missing, or is lost in a new array as in W2 = W2 - …",
        "update",
        "W2 -= lr * dW2",
        {"new_W1": "W1 - rate * dW1", "new_W2": "W2"},
    ),
    # ------------------------------------------------------------ the batches
    Mistake(
        "drops_short_batch",
        "a last batch that is shorter than the others is dropped",
        "batch",
        "for start in range(0, len(X), batch)",
        {"starts": "range(0, N - N % size, size)"},
    ),
    Mistake(
        "short_batch_refilled",
        "a last batch that is shorter is filled up with rows that were used before",
        "batch",
        "for start in range(0, len(X), batch)",
        {"rows": "slice(max(0, min(start, N - size)), start + size)"},
        {"rows": "np.arange(start, start + size) % N"},
    ),
    Mistake(
        "array_of_batch_rows",
        "something is made for exactly `batch` rows (a one-hot, an `arange`, a buffer, a reshape), "
        "and a last batch that is shorter does not fit",
        "batch",
        "m = len(yb), and arrays of m rows",
        {"I_y": "one_hot(yb, k).reshape(size, k)"},
    ),
    Mistake(
        "empty_last_batch",
        "after the last batch comes one more, which is empty",
        "epoch",
        "for start in range(0, len(X), batch)",
        {"starts": "range(0, N + 1, size)"},
        {"starts": "range(0, N + 1, size)", "m": "max(len(yb), 1)"},
    ),
    Mistake(
        "drops_last_batch",
        "the last batch is dropped even where it is complete",
        "epoch",
        "for start in range(0, len(X), batch)",
        {"starts": "range(0, N - size, size)"},
    ),
    Mistake(
        "only_first_batch",
        "only the first batch is used",
        "epoch",
        "for start in range(0, len(X), batch)",
        {"starts": "[0]"},
    ),
    Mistake(
        "only_last_batch",
        "only the last batch is used: the step stands after the loop, not in it",
        "epoch",
        "W1 -= lr * dW1 and W2 -= lr * dW2, indented as the rest of the loop",
        {"starts": "range(0, N, size)[-1:]"},
    ),
    Mistake(
        "first_batch_dropped",
        "the first batch is never used",
        "epoch",
        "for start in range(0, len(X), batch)",
        {"starts": "range(size, N, size)"},
    ),
    Mistake(
        "overlapping_batches",
        "batch number i starts at row i, not at row i · batch, so that batches overlap",
        "epoch",
        "X[start : start + batch] for start in range(0, len(X), batch)",
        {"starts": "range(N // size)"},
        {"starts": "range(-(-N // size))"},
        {"starts": "range(N)"},
    ),
    Mistake(
        "batch_ignored",
        "the argument batch is not used",
        "epoch",
        "for start in range(0, len(X), batch)",
        {"size": "N"},
        {"size": "100"},
        {"size": "1"},
    ),
    Mistake(
        "rows_reordered",
        "the rows are shuffled, or taken in another order than the given one",
        "epoch",
        "for start in range(0, len(X), batch), without a shuffle",
        {"order": ANY_ORDER},
    ),
    Mistake(
        "labels_of_first_batch",
        "every batch is compared with the labels of the first one",
        "epoch",
        "yb = y[start : start + batch]",
        {"yb": "y[: len(Xb)]"},
    ),
    Mistake(
        "epochs_repeated",
        "the function makes more than one pass over the rows",
        "epoch",
        "one loop over the batches; the epochs are the caller's",
        *({"epochs": str(epochs)} for epochs in (2, 3, 5, 10)),
    ),
    # ------------------------------------------------------------ the loss
    Mistake(
        "loss_summed",
        "the loss is summed over the rows, not averaged",
        "mean",
        "np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(m), y]), with Z shifted",
        {"count": "1"},
    ),
    Mistake(
        "loss_scaled",
        "the loss is {} times the right one",
        "mean",
        "np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(m), y]), with Z shifted",
        {"count": "m / {factor1}"},
    ),
    Mistake(
        "loss_over_entries",
        "the loss is averaged over all entries, rows × classes, not over the rows",
        "mean",
        "divide by m",
        {"count": "m * k"},
    ),
    Mistake(
        "loss_over_classes",
        "the loss is divided by the number of classes, not of rows",
        "mean",
        "divide by m",
        {"count": "k"},
    ),
    Mistake(
        "loss_per_row",
        "the losses of all rows are returned, not their mean",
        "mean",
        "return np.mean(…)",
        {"loss": "sign * row_loss / np.log(base)"},
        {"loss": "sign * row_loss[:, None] / np.log(base)"},
    ),
    Mistake(
        "log_of_wrong_base",
        "the logarithm is not the natural one (np.log10 or np.log2 instead of np.log)",
        "loss",
        "np.log",
        {"base": "2"},
        {"base": "10"},
        {"lse": "np.log10(E.sum(axis=1)) + shift[:, 0]"},
        {"lse": "np.log2(E.sum(axis=1)) + shift[:, 0]"},
        {"lse": "np.log10(np.exp(Z2).sum(axis=1))"},
        {"lse": "np.log2(np.exp(Z2).sum(axis=1))"},
    ),
    Mistake(
        "log_missing",
        "the logarithm is missing: probabilities are averaged, not their logarithms",
        "loss",
        "-np.log(p)",
        *({"row_loss": f"{sign}S[np.arange(m), labels]"} for sign in ("-", "", "1 - ")),
    ),
    Mistake(
        "loss_negative",
        "the minus sign of −log p is missing",
        "loss",
        "ℓ = −h_y + log Σ exp(h_j)",
        {"sign": "-1"},
    ),
    Mistake(
        "log_of_underflowed_probability",
        "the logarithm is taken of a probability that has underflowed to 0 (or of p + ε): "
        "the loss of a confident mistake comes out infinite, or too small",
        "overflow",
        "log Σ exp(h_j) − h_y, with the row's largest logit subtracted",
        {"row_loss": P_LOSS},
        *(
            {"row_loss": f"-np.log(np.maximum(S[np.arange(m), labels], {eps}))"}
            for eps in ("1e-15", "1e-12", "1e-10", "1e-9", "1e-8", "1e-7", "1e-20", "1e-300")
        ),
    ),
    Mistake(
        "score_not_subtracted",
        "the label's own score −h_y is missing from the loss",
        "loss",
        "ℓ = −h_y + log Σ exp(h_j)",
        {"picked": "0"},
    ),
    Mistake(
        "log_sum_missing",
        "log Σ exp(h_j) is missing from the loss",
        "loss",
        "ℓ = −h_y + log Σ exp(h_j)",
        {"row_loss": "-picked"},
    ),
    Mistake(
        "loss_of_guess",
        "the loss is that of the largest score, not of the label",
        "loss",
        "Z[np.arange(m), y]",
        {"picked": "Z2.max(axis=1)"},
    ),
    # ------------------------------------------------------------ the error rate
    Mistake(
        "accuracy_for_error",
        "the share of right answers is returned, not of wrong ones",
        "epoch",
        "np.mean(h.argmax(axis=1) != y)",
        {"missed": "guess == truth"},
    ),
    Mistake(
        "errors_counted",
        "the wrong answers are counted; the error is their share of the rows",
        "epoch",
        "np.mean(h.argmax(axis=1) != y)",
        {"tests": "1"},
    ),
    Mistake(
        "error_in_percent",
        "the error is given in percent; it is a share between 0 and 1",
        "epoch",
        "np.mean(h.argmax(axis=1) != y)",
        {"tests": "m / 100"},
    ),
    Mistake(
        "error_per_row",
        "the answer of each row, or whether it is wrong, is returned: an array, not one share",
        "epoch",
        "np.mean(h.argmax(axis=1) != y)",
        {"err": "missed"},
        {"err": "guess"},
    ),
    Mistake(
        "argmax_over_rows",
        "argmax runs over axis 0, the rows, not over the classes of each row",
        "epoch",
        "h.argmax(axis=1)",
        {"guess": "scores.argmax(axis=0)"},
        {"guess": "scores.argmax()"},
    ),
    Mistake(
        "argmin",
        "the smallest score is taken for the answer, not the largest",
        "epoch",
        "h.argmax(axis=1)",
        {"guess": "scores.argmin(axis=1)"},
    ),
    Mistake(
        "answers_off_by_one",
        "the answers are compared with labels that are off by one",
        "epoch",
        "h.argmax(axis=1) != y",
        {"truth": "yb + 1"},
        {"truth": "yb.astype(int) - 1"},
    ),
    Mistake(
        "results_swapped",
        "the two results are returned in the wrong order",
        "loss",
        "return loss, err",
        {"result": "(err, loss)"},
    ),
    # ------------------------------------------------------------ files
    Mistake(
        "pixels_not_scaled",
        "the pixels are not divided by 255",
        "data",
        "X = pixels.astype(np.float32) / 255",
        {"white": "1"},
    ),
    Mistake(
        "pixels_over_256",
        "the pixels are divided by 256; white paper to black ink is 0 to 255",
        "data",
        "X = pixels.astype(np.float32) / 255",
        {"white": "256"},
    ),
    Mistake(
        "scaled_per_image",
        "each image is scaled by its own largest value, so that faint ones turn dark",
        "data",
        "X = pixels.astype(np.float32) / 255",
        {"white": "grid.max(axis=1, keepdims=True)"},
        {"white": "np.maximum(grid.max(axis=1, keepdims=True), 1)"},
        {
            "white": "1.0 * grid.max(axis=1, keepdims=True) - grid.min(axis=1, keepdims=True)",
            "black": "grid.min(axis=1, keepdims=True)",
        },
        {"scaled": "(grid - grid.mean(1, keepdims=True)) / grid.std(1, keepdims=True)"},
    ),
    Mistake(
        "scaled_per_set",
        "the pixels are scaled by what happens to be in this file, not by 255",
        "data",
        "X = pixels.astype(np.float32) / 255",
        {"white": "grid.max()"},
        {"white": "grid.max()", "black": "grid.min()"},
        {"white": "1.0 * grid.max() - grid.min()", "black": "grid.min()"},
        {"white": "1.0 * grid.max() - grid.min()"},
        {"white": "grid.std()", "black": "grid.mean()"},
        {"white": "255 * (grid / 255).std()", "black": "grid.mean()"},
    ),
    Mistake(
        "scaled_to_other_range",
        "the pixels are scaled to −1 … 1, or inverted; 0 is paper and 1 is ink",
        "data",
        "X = pixels.astype(np.float32) / 255",
        {"white": "127.5", "black": "127.5"},
        {"white": "255", "black": "127.5"},
        {"white": "-255", "black": "255"},
    ),
    Mistake(
        "whole_number_division",
        "the pixels are divided as whole numbers, so that almost all turn 0",
        "data",
        "X = pixels.astype(np.float32) / 255",
        {"scaled": "grid // 255"},
    ),
    Mistake(
        "images_not_flat",
        "the images keep their rows and columns; X has one row of 784 pixels an image",
        "data",
        "X.reshape(N, 784)",
        {"X": "scaled.reshape(N, 28, 28)"},
        {"X": "scaled.reshape(N, 28, 28, 1)"},
    ),
    Mistake(
        "images_transposed",
        "each image is turned over its diagonal, or X itself is transposed",
        "data",
        "X = pixels.reshape(N, 784)",
        {"X": "scaled.reshape(N, 28, 28).transpose(0, 2, 1).reshape(N, 784)"},
        {"X": "scaled.T"},
        {"grid": "pixels.reshape(784, N).T"},
    ),
    Mistake(
        "image_offset",
        "the images are read from the wrong byte: their header is 16 bytes long",
        "data",
        "struct.unpack('>IIII', f.read(16))",
        *({"image_offset": str(offset)} for offset in (0, 4, 8, 12)),
    ),
    Mistake(
        "label_offset",
        "the labels are read from the wrong byte: their header is 8 bytes long",
        "data",
        "struct.unpack('>II', f.read(8))",
        *({"y": f"np.frombuffer(labels[{offset}:], np.uint8)"} for offset in (0, 4, 12, 16)),
        *({"label_offset": str(offset)} for offset in (12, 16)),
        *({"label_offset": str(offset), "label_count": "N"} for offset in (0, 4)),
    ),
    Mistake(
        "images_and_labels_swapped",
        "images and labels are returned in the wrong order",
        "data",
        "return X, y",
        {"result": "(y, X)"},
    ),
    Mistake(
        "labels_one_hot",
        "the labels are returned as one-hot rows, not as class numbers",
        "data",
        "y = np.frombuffer(…, dtype=np.uint8)",
        {"result": "(X, one_hot(y, 10))"},
        {"result": "(X, one_hot(y, int(y.max()) + 1))"},
    ),
    Mistake(
        "labels_as_column",
        "the labels are returned as a column; y has one axis",
        "data",
        "y has shape (N,)",
        {"result": "(X, y[:, None])"},
    ),
    # ------------------------------------------------------------ starting weights
    Mistake(
        "fans_swapped",
        "the number of rows and the number of columns change places in the scale",
        "init",
        "W has shape (fan_in, fan_out), for X @ W",
        {"rows": "fan_out", "columns": "fan_in"},
    ),
    Mistake(
        "variance_for_std",
        "the variance is used as the standard deviation: the square root is missing",
        "init",
        "np.sqrt(variance) * rng.standard_normal(shape)",
        {"std": "variance"},
    ),
    Mistake(
        "gain_missing",
        "the variance is 1/fan: the scheme's own factor is missing",
        "init",
        "std = np.sqrt(gain / fan), with the gain of this scheme",
        {"gain": "1"},
    ),
    Mistake(
        "gain_2",
        "the variance is twice 1/fan, as for He's scheme",
        "init",
        "std = np.sqrt(gain / fan), with the gain of this scheme",
        {"gain": "2"},
    ),
    Mistake(
        "std_divided_by_fan",
        "the standard deviation is divided by the fan, not by its square root",
        "init",
        "np.sqrt(gain / fan)",
        {"std": "np.sqrt(gain) / fan"},
    ),
    Mistake(
        "gain_outside_root",
        "the factor stands outside the square root",
        "init",
        "np.sqrt(gain / fan)",
        {"std": "2 / np.sqrt(fan)"},
    ),
    Mistake(
        "multiplied_by_root",
        "the draw is multiplied by the root of the fan, not divided by it",
        "init",
        "np.sqrt(gain / fan)",
        {"std": "np.sqrt(gain * fan)"},
    ),
    Mistake(
        "uniform_bound_for_std",
        "a uniform draw on ±a has standard deviation a/√3, and a is taken for the deviation itself",
        "init",
        "a = np.sqrt(3 * variance)",
        {"std": "np.sqrt(variance / 3)"},
    ),
    Mistake(
        "not_centred",
        "the draw is uniform on 0 … a and not centred: all weights are positive",
        "init",
        "rng.standard_normal(shape), or rng.uniform(-a, a, shape)",
        {"std": "np.sqrt(variance / 12)", "mean": "np.sqrt(variance) / 2"},
        {"std": "np.sqrt(variance / 4)", "mean": "np.sqrt(3 * variance) / 2"},
    ),
    Mistake(
        "not_scaled",
        "the draw is not scaled with the size of the layer",
        "init",
        "np.sqrt(gain / fan)",
        *({"std": std} for std in ("1", "0.1", "0.01", "0.001", "np.sqrt(1 / 3)")),
    ),
    Mistake(
        "all_equal",
        "all weights are equal: the units of a layer then compute the same, for ever",
        "init",
        "rng.standard_normal(shape)",
        {"std": "0"},
        *({"std": "0", "mean": mean} for mean in ("1", "1 / fan_in", "np.sqrt(variance)", "0.01")),
    ),
    Mistake(
        "weights_transposed",
        "the matrix has shape (fan_out, fan_in)",
        "init",
        "shape (fan_in, fan_out), for X @ W",
        {"shape": "(fan_out, fan_in)"},
    ),
)
"""Every named mistake. What a function *does* (prints, changes X, …) is in `FACTS`."""

FACTS = {
    # name: what was seen, where to read
    "not_written": (
        "it is not written yet: the body is empty, as in the course's template",
        "",
    ),
    "not_in_place": (
        "it leaves {arrays} as before the call. The caller's arrays must change: `W -= …` changes "
        "them, `W = W - …` makes a new array and leaves theirs alone. Fix this first; until then "
        "its values cannot be checked",
        "update",
    ),
    "returns_new_arrays": (
        "it leaves {arrays} as before the call, and returns new arrays. The caller's arrays must "
        "change: `W -= …` changes them",
        "update",
    ),
    "returns_nothing": ("it returns None where {wanted} is expected", "epoch"),
    "returns_rubbish": ("it returns {found} where {wanted} is expected", "epoch"),
    "constant": ("it returns {found} whatever it is given", ""),
    "rows_by_rows": (
        "it stops with {found} on 60,000 rows, as many as the course's own data have: somewhere it "
        "makes an array of rows × rows",
        "loss",
    ),
    "own_folder_added": (
        "it adds its own folder to the file names that it is given, and {found} does not exist",
        "data",
    ),
    "own_file_read": ("it reads {found}, not the file whose name it is given", "data"),
    "course_files_only": (
        "it reads the course's own files, and stops with {found} on others: the number of images "
        "(60,000 or 10,000), or a name, is fixed. The number stands in the header of the file",
        "data",
    ),
    "raises": ("it raises {found}", "epoch"),
    "hangs": ("it did not finish within {found} s", "epoch"),
    "crashes": ("the process {found}", "epoch"),
    "upcast": (
        "it returns {arrays} in float64 although all inputs are float32: some array in between is "
        "float64 (np.zeros and np.eye make them), and drags the rest along",
        "error",
    ),
    "wrong_dtype": ("it returns another dtype: {found}", "data"),
    "inputs_modified": ("it changes {arrays}, the caller's own data", "epoch"),
    "global_state": ("it changes {found}, which other code depends on", "epoch"),
    "not_repeatable": ("called twice with the same arguments, it gives different results", "epoch"),
    "files_swapped": (
        "the image file and the label file are mixed up: with its two arguments swapped it works",
        "data",
    ),
    "generator_ignored": (
        "it does not draw from the generator it is given: two seeds give the same numbers, or "
        "one seed gives two",
        "init",
    ),
}
"""What can be seen without a hypothesis: name, sentence, and where to read."""

UNCHECKABLE = {
    *("not_written", "not_in_place", "returns_nothing", "hangs", "crashes", "files_swapped"),
    *("constant", "own_folder_added", "own_file_read", "course_files_only"),
}
"""Facts after which no mistake is looked for: there are no numbers to explain, or too few."""

IMPLIED = {
    # what was seen: the names that imply it
    "global_state": {"rows_reordered", "generator_ignored"},  # a shuffle draws: one mistake
    "not_repeatable": {"rows_reordered", "generator_ignored"},
    "wrong_dtype": {
        *("pixels_not_scaled", "whole_number_division"),
        *("labels_one_hot", "images_and_labels_swapped"),
    },
}
"""Facts that are not said beside the mistake that causes them."""


def rows(task):
    """Return the `(mistake, ways)` that apply to a function."""
    return [(row, ways) for row in TABLE if (ways := row.ways_in(task))]


def names():
    """Return the names of all mistakes and facts."""
    return [row.name for row in TABLE] + list(FACTS) + [each.name for each in BEYOND.values()]
