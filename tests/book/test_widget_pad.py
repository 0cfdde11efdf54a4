"""The drawing pad: its arithmetic against `course_lib`, its pages in use by pointer, finger and keyboard."""

import base64
import json
import re
import zlib

import numpy as np
import pytest

from course_lib import digits, nn
from course_lib.digits import pen
from course_lib.digits.pen import nib
from course_lib.reading import load_reader
from course_lib.reading.judge import is_digit
from course_lib.reading.labels import classify
from course_lib.widgets import pad, scripts
from course_lib.widgets.certainty import percent
from tests.conftest import Visit

START, CHAPTER = "book/index.html", "book/10-seeing.html"
SEVEN = [[(30, 24), (84, 24), (52, 96)]]              # corners of strokes, in pixels of the sheet
SCRIPT = "globalThis.courseWeights = "


@pytest.fixture(scope="module")
def module(browser):
    """The pad's script in an empty page: `module(code, argument)` runs `code(script, argument)`."""
    page = browser.new_page()
    page.evaluate("""async ({ source, weights, plans }) => {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      window.pad = await import(address);
      window.numbers = await pad.unpack(Uint8Array.from(atob(weights), letter => letter.charCodeAt(0)));
      window.networks = pad.build(plans, window.numbers);
    }""", {"source": scripts.module(*pad.SCRIPTS), "weights": base64.b64encode(pad.packed_weights()).decode(),
           "plans": pad.drawing_pad().plans})
    yield lambda code, argument=None: page.evaluate(f"argument => ({code})(window.pad, argument)", argument)
    page.close()


# ---------------------------------------------------------------- the network

def as_array(picture):
    return {"data": np.asarray(picture, float).ravel().tolist(), "shape": [1, 28, 28]}


@pytest.fixture(scope="module")
def pictures():
    """Two hundred test digits: half of them scanned, half drawn by the pen."""
    scanned = digits.load("uci").test.images[:100]
    return np.concatenate([scanned, pen.draw(np.random.default_rng(3), np.arange(100) % 10)])


def test_weights_arrive_as_they_are(module):
    ours = module("() => Array.from(window.numbers)")
    networks = pad._networks().values()
    numbers = [getattr(layer, name).ravel() for network in networks for layer, name in network.parameters()]
    assert ours == np.concatenate(numbers).tolist()       # exactly: the files hold float16


def test_every_float16_is_decoded(module):
    bits = np.arange(2**16, dtype=np.uint16)
    numbers = bits.view(np.float16)
    finite = np.isfinite(numbers)
    ours = module("({ float16 }, bits) => bits.map(float16)", bits[finite].tolist())
    assert ours == numbers[finite].tolist()


@pytest.mark.parametrize("name", ["reader", "judge"])
def test_probabilities_are_those_of_the_library(module, pictures, name):
    ours = module("""({ forward, softmax }, { name, pictures }) =>
      pictures.map(picture => softmax(forward(window.networks[name], picture).at(-1).data))""",
                  {"name": name, "pictures": [as_array(picture) for picture in pictures]})
    expected = pad._networks()[name].probabilities(digits.to_batch(pictures)).T
    assert np.abs(np.array(ours) - expected).max() < 1e-3
    assert (np.argmax(ours, axis=1) == expected.argmax(axis=1)).all()


def test_every_layer_is_that_of_the_library(module, pictures):
    ours = module("""({ forward }, picture) => forward(window.networks.reader, picture)
      .map(({ data, shape }) => ({ data: Array.from(data), shape }))""", as_array(pictures[4]))
    x = digits.to_batch(pictures[4])
    for layer, found in zip(load_reader().layers, ours[1:], strict=True):
        x = layer.forward(x)
        assert found["shape"] == list(x.shape[:-1])
        np.testing.assert_allclose(found["data"], x.ravel(), rtol=1e-4, atol=1e-4)


def test_a_network_that_the_script_cannot_compute_is_refused():
    for layer in (nn.Conv2D(1, 2, 3, pad=1), nn.MaxPool2D(3, stride=2), nn.Dropout(.5)):
        with pytest.raises(ValueError, match="no layer like"):
            pad.plan(nn.Sequential(layer))


def test_numbers_that_do_not_fit_are_refused(module):
    told = module("""({ build }) => { try { build([["one", [{ kind: "Linear", shape: [2, 3] }]]], new Float32Array(9)); }
      catch (error) { return error.message; } }""")
    assert told == "the networks need 8 numbers and got 9"


# ---------------------------------------------------------------- from strokes to the picture

NORMALISED = """({ normalise }, { data, shape }) => {
  const picture = normalise({ data: Float64Array.from(data), shape });
  return picture && Array.from(picture.data);
}"""


def test_pictures_are_brought_to_one_form_as_in_the_library(module):
    rng = np.random.default_rng(7)
    labels, compared = np.arange(60) % 10, 0
    for number, (size, picture) in enumerate(zip(rng.integers(8, 90, (60, 2)), pen.draw(rng, labels))):
        zoomed = picture[np.ix_(*(np.linspace(0, 27, n).round().astype(int) for n in size))]
        if number % 10 == 0:                              # a bar: ink to every edge of its box
            zoomed = np.zeros(size, np.float32)
            zoomed[:, 2:5] = .7
        if not zoomed.any():
            continue
        ours = module(NORMALISED, {"data": zoomed.ravel().tolist(), "shape": list(zoomed.shape)})
        theirs = digits.normalise(zoomed)
        if half_way(theirs):                              # half a pixel either way: the last digit of a sum decides
            continue
        compared += 1
        np.testing.assert_allclose(np.reshape(ours, (28, 28)), theirs, atol=1e-4)
    assert compared >= 50


def half_way(picture):
    """Whether the centre of mass lies half a pixel from the middle, as near as numbers are."""
    away = np.abs([(picture.sum(axis=1 - n) * (np.arange(28) - 13.5)).sum() / picture.sum() for n in (0, 1)])
    return (np.abs(away - .5) < 1e-3).any()


def test_paper_without_ink_makes_no_picture(module):
    assert module(NORMALISED, {"data": [0] * 16, "shape": [4, 4]}) is None
    with pytest.raises(ValueError, match="no stroke"):
        pad.picture_of([])


@pytest.mark.parametrize("size", [.1, .4, 1])
def test_strokes_become_the_pictures_of_the_library(module, size):
    """Every form of every digit, small and large."""
    drawings, expected = [], []
    for digit in range(10):
        for form in pen.SKELETONS[digit]:
            strokes = pad._on_the_sheet([nib.curve(stroke) for stroke in form])
            drawings.append([((np.array(line) - 56) * size + 56).round(1).tolist() for line in strokes])
            expected.append(pad.picture_of(drawings[-1]))
    ours = module("""({ ink, nibWidth, normalise }, { drawings, nib, side }) => drawings.map(strokes =>
      Array.from(normalise(ink(strokes, nibWidth(strokes, nib), side)).data))""",
                  {"drawings": drawings, "nib": pad.NIB, "side": pad.SIDE})
    differences = np.abs(np.array(ours).reshape(-1, 28, 28) - expected).max(axis=(1, 2))
    assert len(ours) > 190 and np.quantile(differences, .95) < 1e-4
    # a centre of mass that lies between two pixels may be rounded to either of them
    p, q = classify(np.array(ours, np.float32).reshape(-1, 28, 28))[1], classify(expected)[1]
    assert np.abs(p - q)[differences < 1e-3].max() < 1e-3


def test_a_digit_is_written_stroke_by_stroke(module):
    strokes = [[[0, 0], [10, 0], [20, 0]], [[0, 5], [0, 9]]]
    begun = module("({ begun }, strokes) => [0, 5, 15, 21, 100].map(way => begun(strokes, way))", strokes)
    assert begun[0] == []
    assert begun[1] == [[[0, 0], [0, 0], [10, 0]]]
    assert begun[2][0][-1] == [20, 0] and len(begun[2]) == 1
    assert [len(shown) for shown in begun[3:]] == [2, 2]


@pytest.mark.parametrize("p, judged", [([.02] * 9 + [.82], .99), ([0, .004, .996] + [0.] * 7, 1.),
                                       ([.03] * 8 + [.7, .06], .001), ([0.] * 8 + [.6, .4], .5)])
def test_words_are_those_of_python(module, p, judged):
    ours = module("({ verdict }, { p, judged, doubt }) => verdict(p, judged, doubt)",
                  {"p": p, "judged": judged, "doubt": pad.DOUBT})
    assert ours == pad.verdict(np.array(p), judged)


# ---------------------------------------------------------------- Python's side

class Channel:
    """What a widget sends, kept."""

    def __init__(self, widget):
        self.sent = []
        widget.send = lambda content, buffers=None: self.sent.append((content, buffers))


def test_the_kernel_sends_the_weights_when_asked_and_not_before():
    sheet = pad.drawing_pad()
    channel = Channel(sheet)
    sheet._handle_custom_msg({"something": "else"}, [])
    assert channel.sent == []
    sheet._handle_custom_msg({"ask": "weights"}, [])
    (content, (packed,)), = channel.sent
    assert content == {"weights": len(packed)}
    planes = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(2, -1)
    assert planes.T.copy().view("<f2").shape[0] == sum(
        getattr(layer, name).size for network in pad._networks().values() for layer, name in network.parameters())
    assert len(json.dumps(sheet.get_state())) < 120_000   # of the page's megabyte; no weights in it


def test_every_sample_is_read_as_what_it_is():
    for sample in pad.drawing_pad().samples:
        picture = pad.picture_of(sample["strokes"])[None]
        label, p = classify(picture)
        said = pad.verdict(p[0], is_digit(picture)[0])
        if sample["name"] == "scribble":
            assert said.startswith("This does not look like a digit") and p.max() > .5     # the chapter says so
        else:
            assert str(label[0]) in sample["name"]
            assert said.startswith("It reads a")


@pytest.mark.parametrize("size, shift", [(.2, 35), (.5, -20), (1.3, 0)])
def test_where_and_how_large_a_digit_stands_does_not_matter(size, shift):
    for sample in pad.samples()[:-1]:
        strokes = [(np.array(line) - 56) * size + 56 + shift for line in sample["strokes"]]
        assert str(classify(pad.picture_of(strokes)[None])[0][0]) in sample["name"]


def test_most_of_the_500_numbers_are_zero_for_most_digits():
    x = digits.to_batch(np.concatenate([digits.load("uci").test.images,
                                        [pad.picture_of(sample["strokes"]) for sample in pad.samples()]]))
    for layer in load_reader().layers[:9]:
        x = layer.forward(x)
    assert x.shape[0] == 500 and ((x > 0).mean(axis=0) < .5).mean() > .9     # for more than nine digits in ten


def test_the_still_picture_says_what_the_network_says():
    html = pad.still("7")
    picture = pad.picture_of(next(s for s in pad.samples() if s["name"] == "7")["strokes"])[None]
    assert pad.verdict(classify(picture)[1][0], is_digit(picture)[0]) in html
    with pytest.raises(ValueError, match="no sample is called"):
        pad.still("ten")


# ---------------------------------------------------------------- in the page

class Sheet:
    """The pad on an open page, as somebody uses it."""

    def __init__(self, seen):
        self.seen, self.page = seen, seen.page
        self.box = self.page.locator(".course-pad")
        self.sheet = self.box.locator(".course-sheet")
        self.sheet.scroll_into_view_if_needed()

    def at(self, x, y):
        box = self.sheet.bounding_box()
        return box["x"] + x * box["width"] / pad.SIDE, box["y"] + y * box["height"] / pad.SIDE

    def draw(self, corners, steps=12):
        mouse = self.page.mouse
        mouse.move(*self.at(*corners[0]))
        mouse.down()
        for corner in corners[1:]:
            mouse.move(*self.at(*corner), steps=steps)
        mouse.up()

    def press(self, name):
        self.box.get_by_role("button", name=name, exact=True).click()

    def answer(self):
        return self.box.locator(".course-answer").text_content()

    def strokes(self):
        """The strokes as they stand on the sheet."""
        lines = self.box.locator(".course-strokes polyline").evaluate_all("all => all.map(line => line.getAttribute('points'))")
        return [[tuple(map(float, point.split(","))) for point in line.split()] for line in lines]

    def settled(self, said=r"It reads|not look like"):
        self.page.wait_for_function("said => new RegExp(said).test(document.querySelector('.course-answer').textContent)",
                                    arg=said)
        self.page.evaluate("() => new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)))")

    def shown(self):
        """The answer and the ten probabilities on the screen."""
        return self.answer(), self.box.locator(".course-share").all_text_contents()


def expected(strokes):
    picture = pad.picture_of(strokes)[None]
    p = classify(picture)[1][0]
    return pad.verdict(p, is_digit(picture)[0]), [percent(share) for share in p]


@pytest.fixture
def sheet(book, served, visit):
    def open_sheet(page=START, width=1280, mode="light", server=False, calm=True):
        address = f"{served}/{page}" if server else (book / page).as_uri()
        seen = visit(address, width, 844, mode)
        seen.page.emulate_media(reduced_motion="reduce" if calm else "no-preference")
        return Sheet(seen)

    return open_sheet


@pytest.mark.parametrize("page, width, mode, server", [
    (START, 390, "dark", True), (CHAPTER, 1280, "light", False),
    pytest.param(START, 1280, "light", False, marks=pytest.mark.slow), pytest.param(CHAPTER, 390, "dark", True, marks=pytest.mark.slow)])
def test_what_is_drawn_is_read_as_python_reads_it(sheet, page, width, mode, server):
    ours = sheet(page, width, mode, server)
    assert ours.answer() == "An empty sheet."
    assert ours.page.evaluate("!globalThis.courseWeights")      # they come on the first touch
    ours.draw(SEVEN[0])
    ours.settled()
    (strokes,) = ours.strokes()
    assert strokes[0] == pytest.approx(SEVEN[0][0], abs=.3) and strokes[-1] == pytest.approx(SEVEN[0][-1], abs=.3)
    assert len(strokes) > 20
    assert ours.shown() == expected([strokes])
    assert ours.answer().startswith("It reads a 7")
    ours.draw([(45, 60), (85, 58)])                             # a bar through its stem
    ours.settled()
    assert ours.shown() == expected(ours.strokes())
    assert len(ours.strokes()) == 2
    assert ours.page.evaluate("document.documentElement.scrollWidth") <= width
    assert ours.seen.problems == []


def test_maps_are_those_of_the_library(sheet):
    ours = sheet()
    ours.press("Write an open 4")
    ours.settled()
    x = digits.to_batch(pad.picture_of(ours.strokes()))
    captions = ours.box.locator(".course-layer figcaption").all_text_contents()
    layers = [layer for layer in load_reader().layers]
    told = iter(captions)
    for layer in layers:
        x = layer.forward(x)
        if isinstance(layer, nn.Flatten):
            continue
        caption = next(told)
        shape = " × ".join(map(str, x.shape[1:-1]))
        assert (f"{len(x)} maps of {shape}" if shape else f"{len(x)} numbers") in caption
        if isinstance(layer, nn.ReLU) and not shape:
            assert caption.endswith(f"; {int((x > 0).sum())} above zero.")
        elif isinstance(layer, nn.ReLU):
            brightest = x[..., 0].max(axis=(1, 2))
            quiet = (np.flatnonzero(brightest < .15 * brightest.max()) + 1).tolist()
            said = [int(n) for n in re.findall(r"\d+", caption.split("quiet")[1])]
            assert said == (quiet if len(quiet) <= 8 else [len(quiet)])
    assert next(told, None) is None
    assert ours.box.locator(".course-layer canvas").first.get_attribute("aria-label") == captions[0]
    # the strongest pixel of the first convolution is drawn in full colour, at its place
    first = load_reader().layers[0].forward(digits.to_batch(pad.picture_of(ours.strokes())))[..., 0]
    f, i, j = np.unravel_index(np.abs(first).argmax(), first.shape)
    pixel = ours.box.locator(".course-layer canvas").first.evaluate(
        "(canvas, [x, y]) => [...canvas.getContext('2d').getImageData(x, y, 1, 1).data]",
        [int(f % 10 * 26 + j), int(f // 10 * 26 + i)])
    assert pixel == ([222, 74, 60, 255] if first[f, i, j] > 0 else [52, 128, 208, 255])
    # each of the ten logits has its digit below it
    last = ours.box.locator(".course-layer").last
    across = last.locator("canvas").bounding_box()
    names = last.locator(".course-digits span")
    assert names.all_text_contents() == list("0123456789")
    for n, name in enumerate(names.all()):
        box = name.bounding_box()
        middle = box["x"] + box["width"] / 2 - across["x"]
        assert abs(middle / across["width"] - (n + .5) / 10) < .03 and box["y"] >= across["y"] + across["height"]


def test_undo_and_clear(sheet):
    ours = sheet()
    ours.draw(SEVEN[0])
    ours.settled()
    one = ours.shown()
    ours.draw([(45, 60), (85, 58)])
    ours.settled()
    ours.press("Undo")
    ours.settled()
    assert ours.shown() == one and len(ours.strokes()) == 1
    ours.press("Clear")
    ours.settled("An empty sheet")
    assert ours.strokes() == [] and set(ours.shown()[1]) == {"–"}
    assert ours.box.locator(".course-layers").is_hidden()
    ours.box.get_by_role("button", name="Undo").dispatch_event("click")    # nothing to take back
    assert ours.answer() == "An empty sheet."
    assert ours.seen.problems == []


def test_every_sample_at_the_press_of_a_button(sheet):
    ours = sheet()
    for sample in pad.drawing_pad().samples:
        ours.press(f"Write {sample['words']}")
        ours.settled()
        assert ours.strokes() == [[tuple(point) for point in line] for line in sample["strokes"]]
        assert ours.shown() == expected(ours.strokes())
    assert "does not look like a digit" in ours.answer()        # the scribble came last


def test_a_digit_is_written_before_the_readers_eyes(sheet):
    ours = sheet(calm=False)
    ours.page.evaluate("""() => {
      window.lengths = [];
      new MutationObserver(() => lengths.push(document.querySelector(".course-strokes polyline")?.points.length ?? 0))
        .observe(document.querySelector(".course-strokes"), { subtree: true, childList: true, attributes: true });
    }""")
    ours.press("Write a 3")
    whole = next(s for s in pad.samples() if s["name"] == "3")["strokes"]
    ours.page.wait_for_function("n => document.querySelector('.course-strokes polyline')?.points.length === n", arg=len(whole[0]))
    ours.settled()
    seen = ours.page.evaluate("lengths")
    assert seen == sorted(seen) and len(set(seen)) > 2           # it grows
    assert ours.shown() == expected(whole)


def test_by_keyboard_alone(sheet):
    ours = sheet()
    ours.page.evaluate("""() => {
      const status = document.querySelector(".course-pad [role=status]");
      window.said = [];
      new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
    }""")
    ours.sheet.focus()
    ours.page.keyboard.press("ArrowUp")
    assert ours.box.locator(".course-pen").get_attribute("visibility") == "visible"
    ours.page.keyboard.press(" ")
    ours.page.wait_for_function("said.includes('Pen down.')")
    for _ in range(17):
        ours.page.keyboard.press("ArrowDown")
    ours.page.keyboard.press(" ")                               # a 1, from top to bottom
    ours.settled()
    (strokes,) = ours.strokes()
    assert len(strokes) == 19 and strokes[0] == (56, 24) and strokes[-1] == (56, 92)
    assert ours.shown() == expected([strokes])
    assert ours.answer().startswith("It reads a 1")
    ours.page.wait_for_function("document.querySelector('.course-pad [role=status]').textContent.startsWith('It reads a 1')")
    ours.page.keyboard.press("Delete")
    ours.settled("An empty sheet")
    reached = []                                                # Tab leaves the sheet and goes on in order
    ours.page.keyboard.press("Tab")
    while ours.page.evaluate("!!document.activeElement.closest('.course-pad')"):
        reached.append(ours.page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
        ours.page.keyboard.press("Tab")
    assert reached == ["Undo", "Clear", *(f"Write {sample['words']}" for sample in pad.samples())]
    assert ours.seen.problems == []


@pytest.mark.parametrize("name", [START, CHAPTER])
def test_with_a_finger_the_sheet_is_drawn_on_and_the_page_stays(book, browser, name):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto((book / name).as_uri())
    page.evaluate("document.querySelector('.course-sheet').scrollIntoView({ block: 'center' })")     # where it wakes
    page.locator(".course-awake .course-sheet").wait_for()
    box, before = page.locator(".course-sheet").bounding_box(), page.evaluate("scrollY")
    touch = context.new_cdp_session(page)

    def point(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"], "id": n}
            for n, (x, y) in enumerate(points)]})

    point("touchStart", (.5, .2))
    for y in np.linspace(.2, .85, 25):
        point("touchMove", (.5, float(y)))
    point("touchStart", (.5, .85), (.9, .9))                    # the ball of the hand
    point("touchEnd")
    page.wait_for_function("/It reads/.test(document.querySelector('.course-answer').textContent)")
    lines = page.locator(".course-strokes polyline")
    assert page.locator(".course-answer").text_content().startswith("It reads a 1")
    assert page.locator(".course-layer canvas:visible").count() == 9
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert lines.count() == 1 and len(lines.get_attribute("points").split()) > 5
    assert page.evaluate("scrollY") == before
    context.close()


def test_with_a_stylus_it_is_drawn_on_too(sheet):
    ours = sheet(CHAPTER)
    ours.page.evaluate("""() => document.querySelector(".course-sheet")
      .addEventListener("pointerdown", event => { window.kind = event.pointerType; })""")
    pen = ours.seen.context.new_cdp_session(ours.page)

    def point(kind, x, y):
        x, y = ours.at(x, y)
        pen.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "force": .5,
                                              "clickCount": 1, "pointerType": "pen"})

    point("mousePressed", 56, 20)
    for y in range(22, 95, 3):
        point("mouseMoved", 56, y)
    point("mouseReleased", 56, 94)
    ours.settled()
    assert ours.page.evaluate("kind") == "pen"
    (strokes,) = ours.strokes()
    assert ours.shown() == expected([strokes]) and ours.answer().startswith("It reads a 1")


@pytest.mark.parametrize("width", [390, 1280])
def test_targets_are_large_enough_for_a_finger(sheet, width):
    ours = sheet(width=width)
    for control in ours.box.locator("button").all():
        box = control.bounding_box()
        assert box["height"] >= 39.5 and box["width"] >= 39.5
    assert ours.sheet.bounding_box()["width"] >= 250


def test_two_pads_do_not_disturb_each_other(module):
    found = module("""async (pad, state) => {
      const open = () => {
        const el = document.body.appendChild(document.createElement("div")), values = structuredClone(state);
        const heard = {}, sent = [];
        const model = { get: key => values[key], set: (key, value) => { values[key] = value; }, save_changes() {},
          on(name, action) { heard[name] = action; }, off() {}, send: message => sent.push(message) };
        return { el, values, heard, sent, close: pad.default.render({ model, el }) };
      };
      const [one, two] = [open(), open()];
      const asked = [one.sent.length, two.sent.length];
      [...one.el.querySelectorAll("button")].find(b => b.textContent === "5").click();
      await new Promise(go => setTimeout(go, 50));
      const result = { asked, after: [one.sent, two.sent], other: two.el.querySelector(".course-answer").textContent,
                       ids: document.querySelectorAll("[id]").length };
      one.close(); two.close();
      return result;
    }""", pad.drawing_pad().given())
    assert found["asked"] == [0, 0]                             # nothing before the first touch
    assert found["after"] == [[{"ask": "weights"}], []]
    assert found["other"] == "An empty sheet." and found["ids"] == 0


def test_where_a_kernel_answers_its_weights_are_used(module):
    """As in JupyterLab: no book around the page, the weights come as a buffer of a message."""
    said = module("""async (pad, { state, weights, strokes }) => {
      const el = document.body.appendChild(document.createElement("div")), heard = {};
      const bytes = Uint8Array.from(atob(weights), letter => letter.charCodeAt(0));
      const model = { get: key => state[key], set: (key, value) => { state[key] = value; }, save_changes() {},
        on(name, action) { heard[name] = action; }, off() {},
        send() { setTimeout(() => heard["msg:custom"]({}, [new DataView(bytes.buffer)])); } };
      const close = pad.default.render({ model, el });
      state.strokes = strokes;                                  // set from Python
      heard["change:strokes"]();
      const answer = el.querySelector(".course-answer");
      for (let n = 0; n < 100 && !/It reads/.test(answer.textContent); n++) await new Promise(go => setTimeout(go, 50));
      close();
      return answer.textContent;
    }""", {"state": pad.drawing_pad().given(), "weights": base64.b64encode(pad.packed_weights()).decode(),
           "strokes": [s["strokes"] for s in pad.samples() if s["name"] == "9"][0]})
    assert said.startswith("It reads a 9")


def test_weights_that_do_not_come_are_said_to_be_missing(sheet):
    ours = sheet()
    ours.page.route("**/pad-weights.js", lambda route: route.abort())
    ours.press("Write a 2")
    ours.settled("not beside this page")
    assert ours.box.locator(".course-strokes polyline").count() == 1
    ours.page.unroute("**/pad-weights.js")
    ours.press("Write a 2")                                     # another touch asks again
    ours.settled("It reads a 2")


def test_without_javascript_and_on_paper_a_still_picture_stands_there(book, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for name in (START, CHAPTER):
        page.goto((book / name).as_uri())
        assert page.locator(".course-pad-still").is_visible()
        assert page.locator(".course-pad").is_hidden()
    context.close()
    seen = Visit(browser, (book / START).as_uri(), 1280, 900, "light")
    assert seen.page.locator(".course-pad-still").is_hidden()
    seen.page.emulate_media(media="print")
    assert seen.page.locator(".course-pad-still").is_visible() and seen.page.locator(".course-pad").is_hidden()
    seen.context.close()


def test_weights_are_light_and_those_of_the_library(book):
    text = (book / "_static/pad-weights.js").read_text(encoding="ascii")
    assert len(text) < 1_200_000
    assert base64.b64decode(text.split('"')[1]) == pad.packed_weights() and text.startswith(SCRIPT)


LATENCY = """() => {
  const sheet = document.querySelector(".course-sheet"), answer = document.querySelector(".course-pad .course-bars");
  window.delays = [];
  let moved = null;
  sheet.addEventListener("pointermove", event => { moved ??= event.timeStamp; }, true);
  // every new answer writes the bars' widths; a task after that comes after the frame has been shown
  new MutationObserver(() => {
    if (moved === null) return;
    const start = moved, channel = new MessageChannel();
    moved = null;
    channel.port1.onmessage = () => delays.push(performance.now() - start);
    channel.port2.postMessage(0);
  }).observe(answer, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


ONE_LOOK = """({ forward }) => {
  const picture = { data: new Float32Array(784), shape: [1, 28, 28] };
  const took = Array.from({ length: 30 }, () => {
    const start = performance.now();
    Object.values(window.networks).forEach(network => forward(network, picture));
    return performance.now() - start;
  });
  return took.sort((a, b) => a - b)[15];
}"""


def test_an_answer_follows_the_pen(sheet, module):
    """Strokes are answered while they are drawn: the picture is there not long after both networks can have looked.

    Speed as a ratio of two times of one run, so that a slow machine is no fault.
    """
    ours = sheet()
    ours.press("Write a 3")
    ours.settled()
    ours.press("Clear")
    ours.page.evaluate(LATENCY)
    for _ in range(4):
        ours.draw([(30, 20), (80, 20), (45, 55), (80, 75), (30, 95)], steps=15)
    delays = ours.page.evaluate("delays")
    look = module(ONE_LOOK)
    print(f"\nfrom stroke to picture: median {np.median(delays):.0f} ms, {len(delays)} answers; both networks alone: {look:.1f} ms")
    assert len(delays) > 10
    assert np.median(delays) < 40 * look                          # 8 on two quiet cores, more where they are shared
