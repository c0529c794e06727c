"""`simple_ml.datasets`: strict about files, careful with the network, right about the digits."""

import bz2
import contextlib
import gzip
import hashlib
import io
import lzma
import os
import pickle
import re
import shutil
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from simple_ml import datasets
from simple_ml.datasets import EMBEDDED, MIRRORS, MNIST, IdxFile, fetch_mnist, load_mnist
from simple_ml.datasets import parse_mnist as parse

IMAGES, LABELS = 2051, 2049
PACKS = [(bytes, ""), (gzip.compress, ".gz")]
NAMES = [file.name for file in MNIST]
rng = np.random.default_rng(0)
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither such pipes nor such names")


def idx(magic, dims, body=b""):
    """Return an IDX file, written down independently of the package's own encoder."""
    return b"".join(int(n).to_bytes(4, "big") for n in (magic, *dims)) + bytes(body)


def images_idx(n=3):
    return idx(IMAGES, (n, 28, 28), rng.integers(0, 256, n * 784, dtype=np.uint8).tobytes())


def labels_idx(n=3):
    return idx(LABELS, (n,), rng.integers(0, 10, n, dtype=np.uint8).tobytes())


CONTENTS = (images_idx(5), labels_idx(5), images_idx(2), labels_idx(2))


@pytest.fixture(autouse=True)
def no_settings_of_the_user(monkeypatch):
    monkeypatch.delenv("SIMPLE_ML_DATA", raising=False)
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(variable, "127.0.0.1")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes an image and a label file, and returns their paths."""

    def write(images=None, labels=None):
        paths = tmp_path / "t10k-images-idx3-ubyte.gz", tmp_path / "t10k-labels-idx1-ubyte.gz"
        paths[0].write_bytes(images_idx() if images is None else images)
        paths[1].write_bytes(labels_idx() if labels is None else labels)
        return paths

    return write


# ---------------------------------------------------------------- parse_mnist: what it returns


def twice(content):
    return gzip.compress(gzip.compress(content))


def in_two_members(content):
    return gzip.compress(content[:7]) + gzip.compress(content[7:])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, twice, in_two_members])
@pytest.mark.parametrize("path_type", [str, Path])
def test_pixels_and_labels_come_out_as_they_were_written(write, pack, path_type):
    pixels = (np.arange(3 * 784) % 256).astype(np.uint8)
    image_file = idx(IMAGES, (3, 28, 28), pixels.tobytes())
    label_file = idx(LABELS, (3,), [7, 0, 9])
    X, y = parse(*map(path_type, write(pack(image_file), pack(label_file))))
    assert (X.dtype, X.shape, y.dtype, y.tolist()) == (np.float32, (3, 784), np.uint8, [7, 0, 9])
    assert all((X.flags.c_contiguous, X.flags.writeable, y.flags.writeable))
    np.testing.assert_array_equal(X.ravel(), pixels.astype(np.float32) / np.float32(255))


def test_a_gzip_file_may_declare_1032_times_its_size_and_no_more(write):
    """Two bits of a deflate stream can stand for 258 bytes."""
    packed = gzip.compress(idx(IMAGES, (60_000, 28, 28), bytes(784)))
    with pytest.raises(ValueError, match=f"the file can hold {1032 * len(packed)} at most"):
        parse(*write(packed))


def test_parsing_makes_no_float64_copy(write, memory_below):
    n = 4000
    paths = write(images_idx(n), labels_idx(n))
    with memory_below(1.8 * 4 * 784 * n):  # the bytes are a quarter of the floats, twice at first
        parse(*paths)


# ---------------------------------------------------------------- parse_mnist: what it refuses

PACKED = next(
    packed
    for packed in (gzip.compress(images_idx(20)) for _ in iter(int, 1))
    if packed.count(b"\n") > 20 and b"\n" in packed[:200]  # to be corrupt early
)
DAMAGED = {  # what an image file is instead, and the reason that is told
    "wrong_magic": (
        b"\0\1" + images_idx()[2:],
        r"magic number 67587, expected 2051; is this an MNIST image file in IDX format\?",
    ),
    "labels_instead": (labels_idx(), r"magic number 2049, expected 2051; were the .* swapped\?"),
    "zip": (b"PK\x03\x04" + bytes(26) + b"train-images", r"1347093252, .* is a zip archive"),
    "npz": (b"PK\x03\x04" + bytes(26) + b"x_train.npy", r"NumPy arrays \(\.npz\): np\.load"),
    "npy": (b"\x93NUMPY\1\0" + bytes(100), r"a NumPy array \(\.npy\)"),
    "tar": (b"train-images".ljust(257, b"\0") + b"ustar" + bytes(250), r"a tar archive"),
    "tar_in_gzip": (gzip.compress(b"t".ljust(257, b"\0") + b"ustar"), r"a tar archive"),
    "much_gzip": (gzip.compress(twice(images_idx())), r"gzip within gzip"),
    "bzip2": (bz2.compress(images_idx()), r"compressed, but not by gzip"),
    "xz": (lzma.compress(images_idx()), r"compressed, but not by gzip"),
    "web_page": (b"<!DOCTYPE html><title>404</title>", r"a web page, perhaps an error or a login"),
    "xml_in_gzip": (gzip.compress(b'\n<?xml version="1.0"?><Error/>'), r"a web page"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid", r"a Git LFS pointer: git lfs pull"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), r"a picture, expected all images in one file"),
    "pickle": (pickle.dumps([1, 2]), r"object of another program"),
    "mac": (b"\0\5\x16\7" + bytes(80), r"macOS's notes on a file"),
    "csv": (b"label,1x1,1x2\n5,0,0\n", r"text, such as a table \(CSV\)"),
    "blank": (b"\n\n", r"2 bytes, expected a header of 16; this is blank"),
    "zeros": (bytes(5000), r"magic number 0, expected 2051; this is only zeros so far"),
    "little_endian": (b"\3\x08\0\0\3\0\0\0" + bytes(2000), r"little-endian order"),
    "floats": (b"\0\0\x0d\3" + images_idx()[4:], r"32-bit floats in 3 dimensions, .* bytes in 3"),
    "flat": (idx(2050, (3, 784), bytes(3 * 784)), r"bytes in 2 dimensions, .* in 3; .* flattened"),
    "line_ends": (images_idx(9).replace(b"\n", b"\r\n"), r"more; this .* ends were changed"),
    "line_ends_in_gzip": (PACKED.replace(b"\n", b"\r\n"), r"corrupt gzip .* ends were changed"),
    "empty": (b"", r"the file is empty"),
    "empty_in_gzip": (gzip.compress(b""), r"the file is empty"),
    "three_bytes": (b"\0\0\x08", r"3 bytes, expected a header of 16; was the file cut short"),
    "four_bytes": (labels_idx()[:4], r"magic number 2049, expected 2051"),
    "half_a_header": (images_idx()[:10], r"10 bytes, expected a header of 16"),
    "no_image": (idx(IMAGES, (0, 28, 28)), r"0 images, expected at least one"),
    "other_size": (idx(IMAGES, (3, 32, 32), bytes(3 * 1024)), r"32×32 pixels, expected 28×28"),
    "short": (images_idx()[:-1], r"3 images, that is 2368 bytes, but the file can hold 2367"),
    "short_in_gzip": (gzip.compress(images_idx()[:-1]), r"2368 bytes, but there are only 2367"),
    "trailing": (images_idx() + b"\0", r"2368 bytes, but there are more; trailing bytes"),
    "trailing_in_gzip": (gzip.compress(images_idx() + b"\0"), r"trailing bytes"),
    "truncated_gzip": (gzip.compress(images_idx())[:-500], r"truncated gzip"),
    "gzip_without_its_checksum": (gzip.compress(images_idx())[:-8], r"truncated gzip"),
    "gzip_of_two_bytes": (b"\x1f\x8b", r"truncated gzip"),
    "wrong_checksum": (gzip.compress(images_idx())[:-8] + bytes(8), r"corrupt gzip \(CRC"),
    "unknown_method": (b"\x1f\x8b\x07" + bytes(50), r"corrupt gzip"),
    "invalid_block": (gzip.compress(b"")[:10] + b"\xff" * 50, r"corrupt gzip"),
}
DAMAGED_LABELS = {
    "images_instead": (images_idx(), r"magic number 2051, expected 2049; were the .* swapped\?"),
    "int16": (idx(0x0B01, (3,), bytes(6)), r"16-bit integers in 1 dimension, expected unsigned"),
    "int32": (idx(0x0C01, (3,), bytes(12)), r"32-bit integers in 1 dimension, expected unsigned"),
    "qmnist": (idx(0x0C02, (3, 8), bytes(96)), r"32-bit integers in 2 .* in 1; is this QMNIST"),
    "no_label": (idx(LABELS, (0,)), r"0 labels, expected at least one"),
    "short_labels": (labels_idx()[:-1], r"3 labels, that is 11 bytes, but the file can hold 10"),
}


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        pytest.param(kind, *row, id=name)
        for kind, damaged in (("images-idx3", DAMAGED), ("labels-idx1", DAMAGED_LABELS))
        for name, row in damaged.items()
    ],
)
def test_a_damaged_file_is_refused_with_its_name_and_the_reason(write, kind, content, message):
    with pytest.raises(ValueError, match=rf"^t10k-{kind}-ubyte\.gz: .*{message}") as caught:
        parse(*write(**{kind[:6]: content}))
    if "truncated gzip" in message:  # what gzip said is kept
        assert isinstance(caught.value.__cause__, EOFError)


MANY = idx(LABELS, (2**31,), bytes(784))
BOMB = gzip.compress(labels_idx() + bytes(50_000_000))
RANDOM = gzip.compress(idx(LABELS, (90_000_000,))) + gzip.compress(rng.bytes(100_000))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (MANY, r"2147483648 labels.* the file can hold \d+ at"),
        (gzip.compress(MANY), r"2147483648 labels.* the file can hold \d+ at"),
        (BOMB, "3 labels, that is 11 bytes, but there are more"),
        (RANDOM, "there are only 100008"),  # a plausible claim: gzip could hold 103 MB in so much
    ],
    ids=["header", "header_in_gzip", "bomb", "plausible"],
)
def test_no_header_takes_more_memory_than_its_file_needs(write, memory_below, content, message):
    paths = write(labels=content)
    with memory_below(4e6), pytest.raises(ValueError, match=message):
        parse(*paths)


def test_a_missing_file_is_named(tmp_path, write):
    images, labels = write()
    for paths in ((tmp_path / "nowhere.gz", labels), (images, tmp_path / "nowhere.gz")):
        with pytest.raises(FileNotFoundError, match=r"nowhere\.gz: no such file; is the path"):
            parse(*paths)


def test_a_folder_is_refused_as_a_folder(tmp_path):
    with pytest.raises(IsADirectoryError, match="expected a file; load_mnist reads folders"):
        parse(tmp_path, tmp_path)
    (tmp_path / tmp_path.name).write_bytes(images_idx())
    with pytest.raises(IsADirectoryError, match=re.escape(f"is {tmp_path / tmp_path.name} meant")):
        parse(tmp_path, tmp_path)


@posix
def test_a_pipe_is_refused_at_once(tmp_path, write):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a regular file"):
        parse(tmp_path / "pipe", write()[1])


@pytest.mark.parametrize("path", [None, 3, b"images"])
def test_an_argument_that_is_not_a_path_raises_type_error(write, path):
    for read in (lambda: parse(path, write()[1]), lambda: load_mnist(path)):
        with pytest.raises(TypeError):
            read()


# ---------------------------------------------------------------- load_mnist: the embedded digits


@pytest.fixture(scope="module")
def embedded():
    return load_mnist()


def test_the_embedded_digits_are_balanced_distinct_and_shuffled(embedded):
    X_tr, y_tr, X_te, y_te = embedded
    for X, y, rows in ((X_tr, y_tr, 4000), (X_te, y_te, 1000)):
        assert (X.shape, X.dtype, y.dtype) == ((rows, 784), np.float32, np.uint8)
        assert X.flags.c_contiguous
        assert (X.min(), X.max()) == (0, 1)
        assert np.bincount(y).tolist() == [rows // 10] * 10
        assert all(len(set(batch.tolist())) >= 8 for batch in y.reshape(-1, 100))
    assert len({row.tobytes() for X in (X_tr, X_te) for row in X}) == 5000  # none comes twice


def test_the_embedded_digests_are_those_that_the_readme_states():
    readme = (EMBEDDED / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        content = gzip.decompress((EMBEDDED / f"{name}.gz").read_bytes())
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        (row,) = (line for line in readme.splitlines() if f"{name}.gz" in line)
        assert digest in row


def test_the_embedded_digits_need_no_network(monkeypatch):
    monkeypatch.setattr(socket, "socket", None)  # to open one would raise
    assert len(load_mnist("embedded")[0]) == 4000


def test_every_embedded_digit_is_a_training_image_of_the_full_mnist(embedded, full_mnist):
    def rows(X, y):
        return {(row.tobytes(), label) for row, label in zip(X, y.tolist(), strict=True)}

    known = rows(*load_mnist(full_mnist)[:2])
    assert rows(*embedded[:2]) | rows(*embedded[2:]) <= known


# ---------------------------------------------------------------- load_mnist: a folder


def fill(folder, pack=bytes, suffix="", place=str):
    """Write four small IDX files, each where `place` says for its name."""
    for name, content in zip(NAMES, CONTENTS, strict=True):
        path = folder / (place(name) + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(content))


@pytest.mark.parametrize(("pack", "suffix"), [*PACKS, (bytes, ".gz")])
@pytest.mark.parametrize(
    "place", [str, lambda name: name.replace("-idx", ".idx"), lambda name: f"{name}/{name}"]
)
def test_four_files_are_read_by_names_programs_give(tmp_path, monkeypatch, pack, suffix, place):
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path))
    fill(tmp_path / "mine", pack, suffix, place)
    for folder in (tmp_path / "mine", str(tmp_path / "mine"), "~/mine"):
        X_tr, y_tr, X_te, y_te = load_mnist(folder)
        assert (X_tr.shape, X_te.shape) == ((5, 784), (2, 784))
        assert y_tr.tobytes() == CONTENTS[1][8:]
        assert y_te.tobytes() == CONTENTS[3][8:]


@pytest.mark.parametrize("broken", [b"", images_idx(5)[:-1], gzip.compress(b"")])
def test_a_broken_file_beside_a_good_one_is_passed_over(tmp_path, broken):
    fill(tmp_path, gzip.compress, ".gz")
    (tmp_path / NAMES[0]).write_bytes(broken)
    assert len(load_mnist(tmp_path)[0]) == 5
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(b"<html>")
    with pytest.raises(ValueError, match=r"ubyte\.gz: .* a web page"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("there", "told"),
    [
        ([f"MNIST/raw/{name}" for name in NAMES], f"it holds MNIST/raw/{NAMES[2]}, .* name their"),
        ([f"emnist-letters-{name}" for name in NAMES], "it holds emnist-letters-t10k.*: rename"),
        ([f"{name}.gz.crdownload" for name in NAMES], r"ubyte.gz.crdownload \(unfinished\)"),
        ([f"{name} (1).gz" for name in NAMES], r"it holds t10k-images-idx3-ubyte \(1\)\.gz"),
        ([f"{name}-{i}" for name in NAMES for i in "ab"], "and 2 more: rename them"),
        ([*NAMES[:3], "archive.zip"], f"lacks {NAMES[3]} .* it holds archive.zip: is it the right"),
        ([NAMES[0], NAMES[2]], rf"lacks {NAMES[1]}, {NAMES[3]} \(with or"),
        ([], "it holds no other file"),
    ],
)
def test_a_folder_without_the_files_says_what_it_holds_instead(tmp_path, there, told):
    for name in there:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(FileNotFoundError, match=told):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("https://example.org/mnist", "'https://example.org/mnist' .* it is an address: download"),
        ('"digits"', "leave out the quotation marks"),
        ("digits ", "leave out the quotation marks and spaces"),
        ("Full", "write 'full', in small letters"),
        ("ful", "'embedded', 'full' or a folder.*'ful' is no such folder; is it misspelt\\?"),
        (__file__, "is not a folder; name the one that holds the files"),
        pytest.param("~no_such_user/x", "'~no_such_user/x' is nobody's home", marks=posix),
    ],
)
def test_a_message_about_a_missing_folder_says_what_is_odd_about_its_name(name, told):
    with pytest.raises(ValueError, match=told):
        load_mnist(name)


def test_a_folder_whose_images_and_labels_disagree_is_refused(tmp_path):
    fill(tmp_path)
    (tmp_path / NAMES[3]).write_bytes(labels_idx(7))
    with pytest.raises(ValueError, match=rf"{NAMES[2]} has 2 images, but {NAMES[3]} has 7 labels"):
        load_mnist(tmp_path)


def test_a_folder_called_full_can_be_read_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "full")
    assert len(load_mnist("./full")[0]) == len(load_mnist(Path("full"))[0]) == 5


# ---------------------------------------------------------------- load_mnist: the full MNIST


def test_the_full_mnist_is_read_from_the_folder_that_the_variable_names(full_mnist, monkeypatch):
    monkeypatch.setenv("SIMPLE_ML_DATA", str(full_mnist))
    X_tr, y_tr, X_te, y_te = load_mnist("full", mirrors=[])
    assert (X_tr.shape, X_te.shape) == ((60000, 784), (10000, 784))
    assert (len(y_tr), len(y_te)) == (60000, 10000)
    assert y_tr[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("nowhere", "^SIMPLE_ML_DATA: .* no such folder"),
        ("", "^SIMPLE_ML_DATA: .* lacks"),
        ("mine", "5 images, .* expected 47040016 bytes; is this another"),
    ],
)
def test_full_refuses_a_folder_without_the_full_mnist(tmp_path, monkeypatch, folder, message):
    fill(tmp_path / "mine")
    monkeypatch.setenv("SIMPLE_ML_DATA", str(tmp_path / folder))
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        load_mnist("full")


def test_one_changed_label_in_the_variables_folder_is_noticed(full_mnist, tmp_path, monkeypatch):
    for file in full_mnist.glob("*ubyte*"):
        shutil.copyfile(file, tmp_path / file.name)  # the originals may be read-only
    (changed,) = tmp_path.glob("t10k-labels*")
    content = changed.read_bytes()
    content = gzip.decompress(content) if changed.suffix == ".gz" else content
    changed.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    monkeypatch.setenv("SIMPLE_ML_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=rf"t10k-labels.*: md5 .* expected {MNIST[3].md5}"):
        load_mnist("full")


# ---------------------------------------------------------------- the download


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        page = self.server.pages.get(self.path)
        if page is None:
            return self.send_error(404)
        body, headers = page if isinstance(page, tuple) else (page, {})
        self.send_response(200)
        for name, value in ({"Content-Length": len(body)} | headers).items():
            self.send_header(name, str(value))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the client may have had enough
            self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    """Return a mirror on this machine: `pages` maps paths to answers, `requests` remembers them."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.pages, server.requests = PAGES, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


DEAD = "http://127.0.0.1:1/"  # nobody answers there
FILES = tuple(
    IdxFile(name, magic, len(content), hashlib.md5(content).hexdigest())
    for name, magic, content in zip(NAMES, (IMAGES, LABELS) * 2, CONTENTS, strict=True)
)
PAGES = {
    f"/mnist/{name}.gz": gzip.compress(content)
    for name, content in zip(NAMES, CONTENTS, strict=True)
}


def fetch(cache, mirrors):
    return fetch_mnist(cache, mirrors, files=FILES, progress=False)


def assert_fetched(arrays):
    for array, content in zip(arrays, CONTENTS, strict=True):
        assert array.dtype == np.uint8
        assert array.tobytes() == content[-array.size :]


def in_cache(cache):
    """Return the names of all files and folders in `cache`."""
    return sorted(str(path.relative_to(cache)) for path in cache.rglob("*"))


def test_a_download_is_cached_and_a_second_call_makes_no_request(server, tmp_path):
    cache = tmp_path / "not" / "there" / "yet"
    assert_fetched(fetch(cache, [server.url + "/mnist/"]))
    assert server.requests == [f"/mnist/{name}.gz" for name in NAMES]
    assert in_cache(cache) == sorted(NAMES)
    assert_fetched(fetch(cache, [server.url + "/mnist/"]))
    assert len(server.requests) == 4


def test_digests_work_where_md5_is_forbidden_for_security(server, tmp_path, monkeypatch):
    """As on systems in FIPS mode: ours only tells whether a file is the published one."""
    md5 = hashlib.md5

    def strict(data=b"", *, usedforsecurity=True):
        assert not usedforsecurity
        return md5(data)

    monkeypatch.setattr(hashlib, "md5", strict)
    assert_fetched(fetch(tmp_path, [server.url + "/mnist"]))


def test_mirrors_are_asked_in_their_order_until_one_has_the_file(server, tmp_path):
    fetch(tmp_path, [DEAD, *(f"{server.url}/{name}" for name in ("empty", "mnist", "never"))])
    asked = [path for path in server.requests if not path.startswith("/empty/")]
    assert asked == list(PAGES)
    assert in_cache(tmp_path) == sorted(NAMES)


PACKED_IMAGES = PAGES[f"/mnist/{NAMES[0]}.gz"]
BROKEN = {  # what a mirror sends instead of the images, and the reason that is told
    "no_such_page": (None, "404"),
    "truncated": ((PACKED_IMAGES[:900], {"Content-Length": len(PACKED_IMAGES)}), ""),
    "truncated_without_a_length": (PACKED_IMAGES[:900], "truncated gzip"),
    "wrong_digest": (gzip.compress(images_idx(5)), "md5 .* expected " + FILES[0].md5),
    "another_data_set": (gzip.compress(images_idx(6)), "expected 3936 bytes"),
    "labels": (gzip.compress(CONTENTS[1]), "magic number 2049, expected 2051"),
    "a_login_page": (b"<!DOCTYPE html><html>Please log in</html>", "magic number"),
    "nothing": (b"", "the file is empty"),
    "a_flood": (bytes(200_000), "more than 8896 bytes were sent"),
}


@pytest.mark.parametrize(("page", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_mirror_is_named_and_followed_by_the_next(server, tmp_path, page, reason):
    server.pages = PAGES | {f"/broken/{NAMES[0]}.gz": page}
    with pytest.raises(ConnectionError, match=f"{NAMES[0]}.gz: .*{reason}") as caught:
        fetch(tmp_path, server.url + "/broken")
    assert server.url in str(caught.value)
    assert in_cache(tmp_path) == []
    assert_fetched(fetch(tmp_path, [server.url + "/broken", server.url + "/mnist"]))
    assert in_cache(tmp_path) == sorted(NAMES)


def test_files_that_did_arrive_are_kept_when_a_later_one_fails(server, tmp_path):
    server.pages = {path: page for path, page in PAGES.items() if "train" in path}
    with pytest.raises(ConnectionError):
        fetch(tmp_path, [server.url + "/mnist"])
    assert in_cache(tmp_path) == sorted(NAMES[:2])


def test_a_file_that_was_decompressed_on_the_way_is_accepted(server, tmp_path):
    server.pages = {path: (page, {"Content-Encoding": "gzip"}) for path, page in PAGES.items()}
    assert_fetched(fetch(tmp_path, [server.url + "/mnist"]))


def test_an_interrupted_download_leaves_nothing_in_the_cache(server, tmp_path, monkeypatch):
    seen = []

    def interrupted(file, content):
        seen.extend(in_cache(tmp_path))
        raise KeyboardInterrupt

    monkeypatch.setattr(datasets._CappedFile, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path, [server.url + "/mnist"])
    assert seen
    assert all(path.startswith(".") for path in seen)  # hidden
    assert in_cache(tmp_path) == []


def test_without_a_network_the_message_says_how_to_get_the_files_by_hand(tmp_path):
    mirrors, cache = [DEAD, DEAD + "other"], tmp_path / "cache"
    with pytest.raises(ConnectionError) as caught:
        load_mnist("full", cache=cache, mirrors=mirrors, progress=False)
    for part in (*mirrors, *NAMES, str(cache), "SIMPLE_ML_DATA", "refused"):
        assert part in str(caught.value)
    assert in_cache(cache) == []
    with pytest.raises(ConnectionError, match="no mirror was given"):
        fetch(tmp_path, [])


def test_the_default_mirrors_are_public_and_encrypted():
    assert len(MIRRORS) >= 2
    assert all(mirror.startswith("https://") for mirror in MIRRORS)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(
    "damaged",
    [
        CONTENTS[0][:-1],
        CONTENTS[0][:-1] + bytes([CONTENTS[0][-1] ^ 1]),
        b"",
        gzip.compress(CONTENTS[0])[:-9],
    ],
    ids=["short", "one_bit", "empty", "truncated_gzip"],
)
def test_a_corrupt_cached_file_is_fetched_again(server, tmp_path, suffix, damaged):
    fill(tmp_path)
    (tmp_path / NAMES[0]).unlink()
    (tmp_path / (NAMES[0] + suffix)).write_bytes(damaged)
    assert_fetched(fetch(tmp_path, [server.url + "/mnist"]))
    assert server.requests == [f"/mnist/{NAMES[0]}.gz"]
    assert (tmp_path / NAMES[0]).read_bytes() == CONTENTS[0]


@pytest.mark.parametrize(("pack", "suffix"), PACKS)
def test_files_put_into_the_default_cache_by_hand_are_found(tmp_path, monkeypatch, pack, suffix):
    import pooch

    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    cache = Path(pooch.os_cache("simple_ml"))
    assert cache.is_relative_to(tmp_path)
    fill(cache, pack, suffix)
    assert_fetched(fetch(None, []))


@pytest.mark.parametrize(
    ("terminal", "asked", "shows"),
    [(True, {}, True), (True, {"progress": False}, False), (False, {}, False)],
)
def test_a_terminal_shows_a_bar_unless_told(server, tmp_path, monkeypatch, terminal, asked, shows):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    fetch_mnist(tmp_path, [server.url + "/mnist"], files=FILES, **asked)
    shown = sys.stderr.getvalue()
    assert all((f"{name}: 100%" in shown) == shows for name in NAMES)
    size = f"{len(PAGES[f'/mnist/{NAMES[0]}.gz']) / 1000:.2f}k"
    assert bool(re.search(rf"{size}/{size} \[.*[\d?][kMG]?B/s\]", shown)) == shows


def test_a_file_may_grow_up_to_its_limit_and_no_further(tmp_path):
    with datasets._CappedFile(tmp_path / "file", 10) as file:
        assert [file.write(bytes(4)), file.write(bytes(6))] == [4, 6]
        with pytest.raises(ValueError, match="more than 10 bytes were sent"):
            file.write(b"x")
    assert (tmp_path / "file").stat().st_size == 10


def test_what_arrives_is_written_every_64_kib(tmp_path, monkeypatch):
    """So often the bar moves, and so late a file that is too large is noticed."""
    download = Mock()
    monkeypatch.setattr("pooch.HTTPDownloader", download)
    datasets._retrieve("http://a", tmp_path / "file", limit=10, progress=False)
    assert download.call_args.kwargs["chunk_size"] == 1 << 16


@pytest.mark.parametrize("name", ["", "..", "../up", "a/b", "/tmp/x"])
def test_a_file_is_never_written_outside_the_cache(server, tmp_path, name):
    with pytest.raises(ValueError, match=r"leads elsewhere, expected the name of a file"):
        fetch_mnist(tmp_path / "cache", [server.url], files=[IdxFile(name, LABELS, 8, "")])
    assert server.requests == []
    assert in_cache(tmp_path) == []


@pytest.mark.parametrize("asked", [{}, {"progress": True}, {"progress": False}])
def test_load_mnist_passes_cache_mirrors_and_progress_on(monkeypatch, asked):
    fetched = Mock(return_value=[np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8)] * 2)
    monkeypatch.setattr(datasets, "fetch_mnist", fetched)
    load_mnist("full", cache="there", mirrors=["http://a"], **asked)
    fetched.assert_called_once_with("there", ["http://a"], progress=asked.get("progress", True))
