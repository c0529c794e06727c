r"""How wide a formula will be, roughly, before anything has typeset it.

A page shows its text at once and its formulas half a second later. Until then a formula keeps a
place that is about as wide, so that the lines below do not move: ``\(W_1^\top x\)`` is written
with 13 characters and set in the width of five. Widths are in em of the formula's letters.
"""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
NAMES = {"operatorname", "text", "mathrm", "mathbf", "mathbb", "mathcal", "boldsymbol", "texttt"}
WORDS = {"log", "exp", "max", "min", "lim", "sin", "cos", "tanh", "det", "diag", "Pr"}
NOTHING = set("left right big Big bigl bigr Bigl Bigr displaystyle limits".split())
SPACES = {r"\,": 0.17, r"\:": 0.22, r"\;": 0.28, r"\!": -0.17, r"\quad": 1, r"\qquad": 2, "~": 0.25}
RELATIONS = set("= < > ≤ ≥ ∈".split()) | {
    "\\" + name for name in "le leq ge geq ne neq approx equiv in sim propto to mapsto ll gg "
    "leftarrow rightarrow Leftrightarrow succeq preceq subset".split()
}  # fmt: skip
OPERATORS = {"+", "-", "−"} | {"\\" + name for name in "pm times circ odot otimes oplus".split()}
SCRIPT = 0.71
# The widths of TeX's italic letters, and of what is unlike them.
LETTERS = dict(
    a=0.53, b=0.43, c=0.43, d=0.52, e=0.47, f=0.55, g=0.48, h=0.58, i=0.35, j=0.41, k=0.52, l=0.3,
    m=0.88, n=0.6, o=0.49, p=0.5, q=0.45, r=0.45, s=0.47, t=0.36, u=0.57, v=0.49, w=0.72, x=0.57,
    y=0.49, z=0.47, A=0.75, B=0.76, C=0.72, D=0.83, E=0.74, F=0.64, G=0.79, H=0.83, I=0.44, J=0.56,
    K=0.85, L=0.68, M=0.97, N=0.8, O=0.76, P=0.64, Q=0.79, R=0.76, S=0.61, T=0.58, U=0.68, V=0.58,
    W=0.94, X=0.83, Y=0.58, Z=0.68, ell=0.42, nabla=0.83, top=0.78, cdot=0.72, mid=0.83, Vert=0.5,
    lVert=0.5, rVert=0.5, lvert=0.28, rvert=0.28, Delta=0.83, dots=1.2, infty=1.0,
) | {"(": 0.39, ")": 0.39, "[": 0.28, "]": 0.28, "|": 0.28, ",": 0.45, ".": 0.28}  # fmt: skip


def width(tex: str) -> float:
    """Return the width of a formula in em."""
    tokens = TOKEN.findall(tex)
    if len(tokens) == 1 and tokens[0] in RELATIONS | OPERATORS:
        return 0.55  # without the space that it keeps from its neighbours
    tokens.reverse()
    total = 0.0
    while tokens:
        total += piece(tokens)
    return total


def piece(tokens: list[str]) -> float:
    """Take the next symbol, group or command, with what stands above and below it."""
    total, scripts = symbol(tokens), 0.0
    while tokens and tokens[-1] in "_^'":
        scripts = max(scripts, 0.3 if tokens.pop() == "'" else SCRIPT * symbol(tokens))
    return total + scripts


def group(tokens: list[str]) -> float:
    """Take what stands up to the closing brace."""
    total = 0.0
    while tokens and tokens[-1] != "}":
        total += piece(tokens)
    if tokens:
        tokens.pop()
    return total


def symbol(tokens: list[str]) -> float:
    if not tokens:
        return 0.0
    token = tokens.pop()
    name = token.removeprefix("\\")
    if token == "{":
        return group(tokens)
    if token in SPACES:
        return SPACES[token]
    if name in ("frac", "tfrac", "dfrac"):
        return SCRIPT * max(symbol(tokens), symbol(tokens)) + 0.24
    if name == "sqrt":
        return symbol(tokens) + 0.85
    if token in RELATIONS:
        return 1.33
    if token in OPERATORS:
        return 1.2
    if name in WORDS:
        return 0.5 * len(name) + 0.17
    if name in ("sum", "prod", "int"):
        return 1.2
    if name in NOTHING or (token.startswith("\\") and name in NAMES):
        return 0.0
    return one_letter(token)


def one_letter(token: str) -> float:
    return LETTERS.get(token.removeprefix("\\"), 0.55)
