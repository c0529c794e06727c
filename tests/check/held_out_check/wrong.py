"""Wrong homework: right homework of many styles in which one thing is changed, or two.

`WRONG` and `DOUBLES` map a function to (what it should be, the names of its mistakes).
"""

import inspect
import linecache

from held_out_check import right

KINDS = {function.__name__: kind for function, kind in right.RIGHT}
SHUFFLED = (
    "order = np.random.default_rng(1).permutation(len(X))\n    X, y = X[order], y[order]\n    "
)
COPIED = "W1, W2 = W1.copy(), W2.copy()\n    "
W2_FIRST = ("np.matmul(o, W2.T", "W2 -= h.T @ o\n        np.matmul(o, W2.T")
ONCE = ("b *= h > 0\n        W2 -= h.T @ o", "b *= h > 0")
DOUBLE = (", dtype=g.dtype", "", "g -= ", "g = g - ", "g /= g.dtype.type(len(X))", "g = g / len(X)")

# Homework, its mistakes, and what is written for what.
# fmt: off
ROWS = [
    ("in_slices", "no_mean", " / len(x)", ""),
    ("doubles_inside", "divides_by_batch", "/ len(x)", "/ batch"),
    ("minus_times_minus", "mask_missing", "(on * (D @ W2.T))", "(D @ W2.T)"),
    ("with_a_class", "mask_missing", "back[self.a <= 0]", "back[h < 0]"),
    ("one_row_at_a_time", "mask_not_strict", "(h > 0)", "(W1.T @ x >= 0)"),
    ("buffers", "W2_updated_first", *W2_FIRST, *ONCE),
    ("einstein", "ascent", "-= lr", "+= lr"),
    ("in_slices", "ascent", "W2 -=", "W2 +="),
    ("einstein", "softmax_over_columns", "z.max(axis=1)[:, None]", "z.max(axis=0)", "mk,m->mk",
     "mk,k->mk", "mk->m", "mk->k"),
    ("minus_times_minus", "softmax_over_columns", "Z.max(axis=-1, keepdims=True)", "Z.max()",
     "axis=-1, keepdims=True", "axis=0"),
    ("with_a_class", "no_max_shift", "z.max(1).reshape(-1, 1)", "0"),
    ("in_slices", "drops_short_batch", "X.shape[0], batch", "X.shape[0] // batch * batch, batch"),
    ("minus_times_minus", "rows_reordered", "eye =", SHUFFLED + "eye ="),
    ("in_slices", "not_in_place", "W1 -=", "W1 = W1 -", "W2 -=", "W2 = W2 -"),
    ("in_slices", "W1_not_updated", "W1 -=", "W1 = W1 -"),
    ("minus_times_minus", "returns_new_arrays", "eye =", COPIED + "eye ="),
    ("in_slices", "inputs_modified", "lr * g2", "lr * g2\n        x *= 0.5"),
    ("while_loop", "hangs", "done += batch", "for _ in iter(int, 1): pass"),
    ("in_slices", "raises", "hid =", "hid = x.not_there +"),
    ("one_row_at_a_time", "one_hot_missing", "            p[t] -= 1\n", ""),
    ("with_a_class", "global_state", "net = ",
     "np.seterr(all='ignore'), np.random.seed(0)\n    net = "),
    ("in_slices", "only_last_batch", "        W1 -=", "    W1 -=", "        W2 -=", "    W2 -="),
    ("in_slices", "mask_of_wrong_array", "((hid > 0) * (err @ W2.T))", "(err @ W2.T) * (W1 > 0)"),
    ("while_loop", "divides_by_batch", "/ rows.size", "/ batch"),
    ("mean_of_outer_products", "classes_from_labels", "np.eye(k)", "np.eye(max(t.tolist()) + 1)"),
    ("transposed_world", "softmax_missing", "p = np.exp(z - z.max(0))\n        p /= p.sum(0)",
     "p = z"),
    ("list_of_two", "upcast", *DOUBLE),
    ("list_of_two", "gradients_swapped", "return [", "return [*reversed([", "@ g]", "@ g])]"),
    ("list_of_two", "preactivation_in_dW2", "np.where(a > 0, a, 0).T", "a.T"),
    ("per_row", "returns_nothing", "return dW1, dW2", "dW1, dW2"),
    ("per_row", "returns_rubbish", "return dW1, dW2", "return {'dW1': dW1, 'dW2': None}"),
    ("recursive", "derivative_missing", " * SLOPES[activations[i - 1]](A[i])", ""),
    ("own_forward", "gradients_swapped", "tuple(out)", "out[::-1]"),
    ("pure_python", "loss_summed", " / len(losses)", ""),
    ("one_hot_product", "log_of_wrong_base", "/ len(y)", "/ len(y) / np.log(10)"),
    ("one_hot_product", "no_max_shift", "Z - Z.max(axis=1, keepdims=True)", "1 * Z"),
    ("one_hot_product", "log_of_underflowed_probability",
     "S - np.log(np.exp(S).sum(1, keepdims=True))",
     "np.log(np.exp(S) / np.exp(S).sum(1, keepdims=True) + 1e-12)"),
    ("one_hot_product", "softmax_twice", "hot = ",
     "S = np.exp(S) / np.exp(S).sum(1, keepdims=True)\n    hot = "),
    ("logaddexp", "loss_negative", "np.average", "-np.average"),
    ("error_from_accuracy", "accuracy_for_error", "1 - (", "("),
    ("error_by_count", "errors_counted", "wrong / len(y)", "wrong"),
    ("error_from_accuracy", "error_in_percent", "1 - (", "100 - 100 * ("),
    ("error_by_count", "results_swapped", "pure_python(h, y), wrong / len(y)",
     "wrong / len(y), pure_python(h, y)"),
    ("error_from_accuracy", "error_per_row", "1 - (", "(", " == y).mean()", ")"),
    ("with_struct", "pixels_not_scaled", " / 255.0", ""),
    ("with_struct", "scaled_per_set", "X.astype(np.float32) / 255.0",
     "np.float32(X - X.min()) / (X.max() - X.min())"),
    ("with_struct", "label_offset", "f.seek(8)", "f.seek(16)"),
    ("with_struct", "files_swapped", "image_filename, label_", "label_filename, image_"),
    ("with_struct", "wrong_dtype", ".astype(np.float32)", ""),
    ("normal_he", "gain_missing", "2 / fan_in", "1 / fan_in"),
    ("course", "fans_swapped", "sqrt(fan_out)", "sqrt(fan_in)"),
    ("xavier", "variance_for_std", "sqrt(6.0 / (fan_in + fan_out))",
     "sqrt(3) * 2 / (fan_in + fan_out)"),
    ("lecun", "generator_ignored", "rng.normal", "np.random.normal"),
    ("as_pytorch", "uniform_bound_for_std", "math.sqrt(fan_in)", "math.sqrt(3 * fan_in)"),
    # two mistakes at once
    ("in_slices", "overlapping_batches divides_by_batch", "X.shape[0], batch", "X.shape[0]",
     "/ len(x)", "/ batch"),
    ("in_slices", "no_mean mask_missing", " / len(x)", "", "(hid > 0) * ", ""),
    ("buffers", "divides_by_batch W2_updated_first", "lr / m", "lr / batch", *W2_FIRST, *ONCE),
    ("in_slices", "ascent drops_short_batch", "-=", "+=", "X.shape[0], batch",
     "X.shape[0] - X.shape[0] % batch, batch"),
    ("minus_times_minus", "returns_new_arrays mask_missing", "eye =", COPIED + "eye =",
     "(on * (D @ W2.T))", "(D @ W2.T)"),
    ("transposed_world", "labels_off_by_one no_mean", "p[t, ", "p[t.astype(int) - 1, ", " / len(t)",
     ""),
    ("list_of_two", "ascent W2_not_transposed", "@ W2.T", "@ W2",
     "g -= np.eye(W2.shape[1], dtype=g.dtype)[y]", "g = np.eye(W2.shape[1], dtype=g.dtype)[y] - g"),
    ("list_of_two", "upcast mask_missing", *DOUBLE, "np.where(a > 0, g @ W2.T, 0)", "(g @ W2.T)"),
    ("recursive", "no_mean derivative_not_carried", "p / len(y)", "p", "V @ weights",
     "G @ weights"),
    ("logaddexp", "loss_summed loss_negative", "np.average", "-np.sum"),
    ("error_from_accuracy", "loss_summed accuracy_for_error", "1 - (", "(", "logaddexp(h, y)",
     "len(y) * logaddexp(h, y)"),
    ("error_by_count", "log_of_wrong_base results_swapped", "pure_python(h, y), wrong / len(y)",
     "wrong / len(y), pure_python(h, y) / math.log(2)"),
    ("with_struct", "pixels_over_256 label_offset", "255.0", "256.0", "f.seek(8)", "f.seek(4)"),
    ("normal_he", "fans_swapped gain_missing", "2 / fan_in", "1 / fan_out"),
    ("in_slices", "rows_reordered no_mean", "for b", SHUFFLED + "for b", " / len(x)", ""),
    ("in_slices", "rows_reordered mask_not_strict", "for b", SHUFFLED + "for b", "(hid > 0)",
     "(x @ W1 >= 0)"),
]
# fmt: on


def edited(name, mistakes, *edits):
    """Return the homework of this name with other words in its text."""
    text = inspect.getsource(getattr(right, name))
    text = text[text.index("def ") :]
    for old, new in zip(edits[::2], edits[1::2], strict=True):
        text, before = text.replace(old, new), text
        assert text != before, (name, old)
    values, file = dict(vars(right)), f"{name} {mistakes}.py"
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    exec(compile(text, file, "exec"), values)
    values[name].__name__ = f"{name}: {mistakes}"
    return values[name]


ALL = {edited(*row): (KINDS[row[0]], row[1].split()) for row in ROWS}
WRONG = {function: row for function, row in ALL.items() if len(row[1]) == 1}
DOUBLES = {function: row for function, row in ALL.items() if len(row[1]) == 2}
