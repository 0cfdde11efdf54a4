"""What Python in the browser is made of: as good as what it stands for, and all of it there."""

import importlib.util
import io
import subprocess
import zipfile

import numpy as np
import pytest
from course_book import live_compiled, live_files, live_needs, live_parts
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.measure._find_contours_cy import _get_contour_segments
from skimage.morphology._skeletonize_various_cy import _fast_skeletonize
from skimage.transform._warps_cy import _warp_fast


def shim(path):
    spec = importlib.util.spec_from_file_location("shim", live_parts.SHIMS / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(2, 12), st.integers(2, 12), st.booleans(), st.booleans())
@settings(max_examples=100)
def test_contours_are_those_of_scikit_image(seed, rows, columns, connected, whole):
    values = np.random.default_rng(seed).standard_normal((rows, columns))
    values = np.round(values) if whole else values          # many corners on the level itself
    ours = shim("measure/_find_contours_cy.py")._get_contour_segments(values, 0.0, connected, None)
    assert ours == _get_contour_segments(values, 0.0, connected, None)


@given(seeds, st.integers(1, 30), st.integers(1, 30), st.floats(0.2, 0.98))
@settings(max_examples=100)
def test_skeletons_are_those_of_scikit_image(seed, rows, columns, share):
    picture = np.random.default_rng(seed).random((rows, columns)) < share
    ours = shim("morphology/_skeletonize_various_cy.py")._fast_skeletonize(picture)
    assert np.array_equal(ours, _fast_skeletonize(np.pad(picture, 0)))


@given(seeds, st.integers(2, 12), st.integers(2, 12), st.sampled_from(["constant", "edge", "symmetric", "reflect", "wrap"]),
       st.booleans())
@settings(max_examples=100)
def test_pictures_seen_through_a_matrix_are_those_of_scikit_image(seed, rows, columns, mode, straight):
    rng = np.random.default_rng(seed)
    picture = rng.random((rows, columns))
    H = np.eye(3) + 0.3 * rng.standard_normal((3, 3))
    H[2] = (0, 0, 1) if straight else (*0.01 * rng.standard_normal(2), 1)
    H[:2, 2] *= 10
    shape = (rows + 2, columns + 3)
    ours = shim("transform/_warps_cy.py")._warp_fast["float64_t"](picture, H, output_shape=shape, order=1, mode=mode, cval=0.5)
    theirs = _warp_fast["float64_t"](picture, H, output_shape=shape, order=1, mode=mode, cval=0.5)
    assert np.allclose(ours, theirs, atol=1e-9)


#: products of whole numbers, whose sums are exact, in Node.js: sizes beyond a tile, a depth and a width, lines either way
MULTIPLY = """
const memory = new WebAssembly.Memory({ initial: 200 });
const module = new WebAssembly.Module(require("fs").readFileSync(0));
const code = new WebAssembly.Instance(module, { env: { memory } }).exports;
let seed = 1;
const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
const kinds = { f: [Float32Array, 4], d: [Float64Array, 8] };
let wrong = 0, tried = 0;
for (const [kind, [Numbers, size]] of Object.entries(kinds))
  for (const [M, K, N] of [[1, 1, 1], [4, 3, 8], [5, 300, 9], [3, 7, 600], [13, 520, 17], [8, 2, 515]])
    for (let ways = 0; ways < 8; ways++) {
      let address = 4194304; // after the room
      const matrix = (rows, columns, turned) => {
        const all = new Numbers(memory.buffer, address, rows * columns).map(() => random(19) - 9);
        new Numbers(memory.buffer, address, rows * columns).set(all);
        const [down, right] = turned ? [1, rows] : [columns, 1], place = [address, down * size, right * size];
        address += 8 * rows * columns + 64;
        return { place, at: (i, j) => all[i * down + j * right],
                 now: (i, j) => new Numbers(memory.buffer, place[0], rows * columns)[i * down + j * right] };
      };
      const A = matrix(M, K, ways & 1), B = matrix(K, N, ways & 2), C = matrix(M, N, ways & 4);
      code["add_" + kind](M, K, N, ...A.place, ...B.place, ...C.place, 1024);
      for (let i = 0; i < M; i++) for (let j = 0; j < N; j++, tried++) {
        let sum = C.at(i, j);
        for (let k = 0; k < K; k++) sum += A.at(i, k) * B.at(k, j);
        wrong += sum !== C.now(i, j);
      }
    }
console.log(tried, wrong);
"""


def test_products_in_the_browser_are_the_sums_they_should_be(book):
    """Compiled anew by the build; what Python does with it, tests/nn/test_product.py sees."""
    done = subprocess.run(["node", "-e", MULTIPLY], input=live_parts.products(), capture_output=True, timeout=60, check=True)
    tried, wrong = map(int, done.stdout.split())
    assert tried == 99_504 and wrong == 0


@pytest.fixture(scope="module")
def live():
    if not (live_files.CACHE / "stamp").is_file():
        pytest.fail("the live part is not there: make book fetches it")
    files = live_files.fetch()
    wheels = dict([live_parts.library(), live_parts.images()])
    return files, wheels, live_parts.lock(files, wheels)


def test_every_package_is_there_with_all_that_it_asks_for(live):
    files, wheels, lock = live
    for name, entry in lock["packages"].items():
        data = wheels[entry["file_name"]] if entry["file_name"] in wheels else (files / entry["file_name"]).read_bytes()
        assert live_files.digest(data) == entry["sha256"], name
        assert set(entry["depends"]) <= set(lock["packages"]), name


def test_a_wheel_is_the_same_whenever_it_is_made_and_named_by_what_it_holds(live):
    _, wheels, _ = live
    assert dict([live_parts.library(), live_parts.images()]) == wheels
    with zipfile.ZipFile(io.BytesIO(live_parts.library()[1])) as archive:
        assert {"course_lib/nn/__init__.py", "course_lib/reading/weights/reader.npz"} <= set(archive.namelist())


UNCHECKED = b"\xcb\x0d\x0d\x0a" + b"\x01\x00\x00\x00"      # Python 3.12's number, and: the text is not looked at


def test_what_is_served_is_compiled_and_named_by_what_it_holds(live, monkeypatch):
    files, wheels, lock = live
    monkeypatch.setattr(live_compiled, "forget", lambda used: None)      # the others stay for the next build
    lock = {"packages": {name: dict(lock["packages"][name]) for name in ("six", "course-lib", "openblas")}}
    served = live_compiled.serve(lock, files, wheels)
    assert {entry["file_name"] for entry in lock["packages"].values()} | set(live_files.CORE) == set(served)
    for entry in lock["packages"].values():
        data = served[entry["file_name"]].read_bytes()
        assert live_files.digest(data) == entry["sha256"]
        assert entry["sha256"][:8] in entry["file_name"] or entry["file_name"].endswith(".zip")
    with zipfile.ZipFile(served[lock["packages"]["six"]["file_name"]]) as archive:
        assert "six.pyc" in archive.namelist() and "six.py" not in archive.namelist()
        assert archive.read("six.pyc").startswith(UNCHECKED)
        assert b"/lib/python3.12/site-packages/six.py" in archive.read("six.pyc")
    with zipfile.ZipFile(served[live_files.CORE[-1]]) as archive:
        assert archive.read("json/decoder.pyc").startswith(UNCHECKED)
    with zipfile.ZipFile(served[lock["packages"]["course-lib"]["file_name"]]) as archive:
        names = set(archive.namelist())
        texts = [name for name in names if name.endswith(".py")]
        assert len(texts) > 100 and all(
            f"{folder}/__pycache__/{stem}.cpython-312.pyc" in names
            for folder, stem in (name.removesuffix(".py").rsplit("/", 1) for name in texts))


def test_a_module_asks_for_what_it_imports_and_no_more(live):
    needs = live_needs.needs(live[2])
    first, whole = ({name: set(both[n]) for name, both in needs.items()} for n in (0, 1))
    assert first["course_lib.circuit"] == whole["course_lib.circuit"] == {"course-lib"}
    assert "sympy" in first["course_lib.symbolic"] and "scipy" not in whole["course_lib.symbolic"]
    assert "scikit-learn" in whole["course_lib.digits"] - first["course_lib.digits"]
    assert "scikit-learn" not in whole["course_lib.nn"]
    assert {"scipy", "scikit-image"} <= whole["course_lib.reading"] - first["course_lib.reading"]
    assert {"scipy", "scikit-image"} <= first["course_lib.reading.part"]


def test_what_a_cell_only_imports_may_come_later(live):
    def asked(code):
        return live_needs.packages_of(code, live[2], live_needs.needs(live[2]))

    first, later = asked("import numpy as np\nfrom course_lib import digits, reading\nrng = np.random.default_rng(7)")
    assert "numpy" in first and {"scipy", "scikit-image", "scikit-learn"} <= later and not later & first
    for code in ("from course_lib import digits\ndata = digits.load('uci')", "from course_lib.reading import load_reader",
                 "from course_lib.digits import load as get\nget('uci')",
                 "import course_lib.digits\ncourse_lib.digits.load('uci')"):
        first, later = asked(code)
        assert "scipy" in first and not later, code


def test_bytes_that_are_not_the_right_ones_are_not_used(tmp_path, monkeypatch):
    monkeypatch.setattr(live_files, "wanted", lambda: {"six": {"file_name": "six.whl", "sha256": live_files.digest(b"right")}})
    monkeypatch.setattr(live_files, "from_official", lambda name: b"wrong, from the official address")
    monkeypatch.setattr(live_files, "from_carrier", lambda folder: lambda name: None)
    named, files = tmp_path / "named", tmp_path / "files"
    named.mkdir(), files.mkdir()
    monkeypatch.setenv("COURSE_LIVE_FILES", str(named))
    (named / "six.whl").write_bytes(b"wrong, from a folder")
    with pytest.raises(live_files.LiveError, match="six.whl"):
        live_files.packages(files)
    assert not list(files.iterdir())
    (named / "six.whl").write_bytes(b"right")
    live_files.packages(files)
    assert (files / "six.whl").read_bytes() == b"right"
