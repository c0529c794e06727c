"""Text for any console: what its encoding lacks is spelled out, and printing never fails.

A Windows console, or a pipe on any system, may know only cp1252, cp437, cp932 or ASCII. There, a
minus sign or ``±`` would end the program with a `UnicodeEncodeError`. The error handler ``"spell"``
of this module writes ``-`` and ``+/-`` instead.
"""

import codecs
import sys
import unicodedata

__all__ = ["printable", "speak"]

SPELLED = {
    **dict.fromkeys("−–—─", "-"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’", "'"),
    "×": "x",
    "·": "*",
    "∘": "*",
    "…": "...",
    "±": "+/-",
    "≤": "<=",
    "≥": ">=",
    "≈": "~",
    "→": "->",
    "√": "sqrt ",
    "Σ": "sum ",
    "∇": "grad ",
    "∂": "d",
    "‖": "||",
    "ℓ": "loss",
    "ᵀ": ".T",
    "✓": "ok",
    "✗": "x",
    "│": "|",
    "█": "#",
}


def _spell(error):
    """Return ASCII for the characters that could not be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(character):
    """Return a readable ASCII form of a character: its sign, name, letter or number."""
    if character in SPELLED:
        return SPELLED[character]
    name = unicodedata.name(character, "")
    if name.startswith("GREEK SMALL LETTER "):
        return name.split()[3].lower()
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters or character.encode("ascii", "backslashreplace").decode()


codecs.register_error("spell", _spell)


def printable(text, stream=None):
    """Return `text` with everything spelled out that a stream's encoding lacks.

    Parameters
    ----------
    text : str
    stream : text stream, optional
        Where it will be printed; by default `sys.stdout`.

    Returns
    -------
    text : str
        Equal to `text` where the encoding has all of its characters, as UTF-8 does.
    """
    stream = sys.stdout if stream is None else stream
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "spell").decode(encoding)


def speak():
    """Let all that this process prints from now on be spelled out where it must."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="spell")
