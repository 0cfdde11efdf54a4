"""The circuit explorer of chapter 1: its arithmetic against `course_lib.circuit`, its page in use."""

import random
import re

import pytest

from course_lib import circuit
from course_lib.circuit import data, number, weight
from course_lib.widgets import scripts
from course_lib.widgets.circuit import frames
from course_lib.widgets.explorer import SCRIPTS, circuit_explorer
from tests.conftest import Visit, rest_slow

PAGE = "book/01-gradient.html"
SQUARE, HALF = "(t − f)²", "½ (t − f)²"
FIRST = {"x1": 1.0, "x2": 0.0, "t": 5.0, "w1": 0.0, "w2": 0.0, "rate": 0.5}
EXACTLY = {"rel": 1e-12, "abs": 1e-12}


def with_loss(x1, x2, t, w1, w2, half=False):
    """The circuit of the chapter's page: the loss, the guess, the weights."""
    x1, x2, t = data(x1, "x1"), data(x2, "x2"), data(t, "t")
    w1, w2 = weight(w1, "w1"), weight(w2, "w2")
    y1 = circuit.sigmoid((x1 * w1).named("z1")).named("y1")
    f = circuit.sigmoid(((y1 * w2).named("m") + x2).named("z2")).named("f")
    L = (f - t).named("e") ** 2
    return (0.5 * L if half else L).named("L"), f, w1, w2


def settings(count):
    """Random numbers for the circuit, the same every time; every other one with half the loss."""
    dice = random.Random(5)
    for i in range(count):
        numbers = {key: dice.uniform(-3, 3) for key in ("x1", "x2", "w1", "w2")}
        yield {**numbers, "t": dice.uniform(-6, 6), "rate": dice.uniform(0, 3), "loss": i % 2}


def built(numbers):
    given = {key: numbers[key] for key in ("x1", "x2", "t", "w1", "w2")}
    return with_loss(**given, half=numbers["loss"] == 1)


@pytest.fixture(scope="module")
def module(browser):
    """The explorer's script in an empty page: `module(code, argument)` runs `code(script, argument)`."""
    page = browser.new_page()
    page.evaluate("""async source => {
      const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
      window.explorer = await import(address);
    }""", scripts.module(*SCRIPTS))
    yield lambda code, argument: page.evaluate(f"argument => ({code})(window.explorer, argument)", argument)
    page.close()


# ---------------------------------------------------------------- arithmetic and words

RUN_ALL = """(explorer, { circuits, settings }) => settings.map(numbers => {
  const circuit = circuits[numbers.loss], result = explorer.run(circuit, numbers, "f");
  const moved = {};
  for (const rule of Object.keys(explorer.RULES)) moved[rule] = explorer.step(circuit, numbers, "f", rule);
  const words = Array.from({ length: circuit.steps.length }, (_, k) => explorer.describe(circuit, result, k));
  return { ...result, moved, words };
})"""


@pytest.fixture(scope="module")
def cases(module):
    """For forty settings, the traced circuit of Python and what the page's script made of it."""
    plans = circuit_explorer({SQUARE: with_loss(1, 0, 5, 0, 0)[0],
                              HALF: with_loss(1, 0, 5, 0, 0, half=True)[0]}).circuits
    numbers = list(settings(40)) + [{**FIRST, "loss": 0}, {**FIRST, "loss": 1}]
    found = module(RUN_ALL, {"circuits": plans, "settings": numbers})
    return list(zip(numbers, found))


def test_values_slopes_and_gradients_are_those_of_the_library(cases):
    assert len(cases) == 42
    for numbers, found in cases:
        L, f, *_ = built(numbers)
        run = circuit.trace(L)
        assert found["values"] == pytest.approx([node.value for node in run.nodes], **EXACTLY)
        for mine, node in zip(found["local"], run.nodes, strict=True):
            assert mine == pytest.approx(list(node.local), **EXACTLY)
        assert found["grads"] == pytest.approx([node.grad for node in run.nodes], **EXACTLY)
        f.backward()
        behind = set(circuit.topological_order(f))
        slopes = [node.grad if node in behind else 0 for node in run.nodes]
        assert found["guessGrads"] == pytest.approx(slopes, **EXACTLY)


def test_steps_are_those_of_the_library(cases):
    for numbers, found in cases:
        L, f, w1, w2 = built(numbers)
        for output, sign, rule in ((L, -1, "loss"), (f, +1, "writeup"), (f, -1, "mended")):
            output.backward()
            for w in (w1, w2):
                moved = w.value + sign * numbers["rate"] * w.grad
                assert found["moved"][rule][w.name] == pytest.approx(moved, **EXACTLY)
            for key in ("x1", "x2", "t", "rate", "loss"):
                assert found["moved"][rule][key] == numbers[key]


def test_every_step_is_told_in_the_words_of_the_library(cases):
    for numbers, found in cases:
        told = frames(circuit.trace(built(numbers)[0]))
        assert len(found["words"]) == len(told)
        for mine, frame in zip(found["words"], told):
            assert mine == {"phase": frame.phase, "formula": frame.formula,
                            "sentence": frame.sentence, "tone": frame.tone}


def test_numbers_are_printed_as_the_library_prints_them(module):
    dice = random.Random(6)
    numbers = [dice.uniform(-1, 1) * 10.0 ** dice.randint(-12, 12) for _ in range(2000)]
    ties = [k / 32 * 10 ** p for k in range(-99, 100) for p in (0, 1, 2, 3)]
    edges = [0.0, -0.0, 0.28125, 0.84375, 12345.0, 12355.0, 9999.5, 99995.0, 1e-4, 9.9995e-5, 1e4]
    numbers += ties + edges
    ours = module("(explorer, numbers) => numbers.map(explorer.number)", numbers)
    assert ours == [number(x) for x in numbers]


@pytest.mark.parametrize("t, falls, verdict", [(5, True, "two mistakes cancel"),
                                               (-5, False, "Nothing cancels now")])
def test_the_write_ups_step_helps_or_harms_as_it_does_in_the_library(module, t, falls, verdict):
    plan = circuit_explorer({SQUARE: with_loss(1, 0, t, 0, 0)[0]}).circuits[0]
    numbers = {**FIRST, "t": t, "loss": 0}
    found, words = module("""(explorer, { plan, numbers }) =>
      [explorer.outcome(plan, numbers, "f", "w2", "writeup"), explorer.verdict(plan, numbers, "f", "w2")]""",
                          {"plan": plan, "numbers": numbers})
    before, after = (with_loss(1, 0, t, 0, w2)[0].value for w2 in (0, 0.0625))
    assert (after < before) is falls
    assert found["arithmetic"] == "w₂ = 0 − 0.5 × 0.125 “=” 0.0625"
    change = "falls" if falls else "rises"
    assert found["effect"] == f"L {change} by {number(abs(after - before))}, to {number(after)}."
    assert verdict in words


# ---------------------------------------------------------------- in the page

class Explorer:
    """The explorer on an open page, as somebody uses it."""

    def __init__(self, seen):
        self.seen, self.page = seen, seen.page
        self.box = seen.page.locator(".course-explorer")
        self.step = self.box.get_by_role("slider", name="Step")

    def texts(self):
        return [text for text in self.box.locator(".course-circuit text").all_text_contents() if text]

    def type(self, label, value):
        field = self.box.get_by_label(label)
        field.fill(str(value))
        field.press("Tab")

    def press(self, name):
        self.box.get_by_role("button", name=name, exact=True).click()

    def told(self):
        return self.box.locator(".course-told").text_content()

    def voice(self):
        return self.box.get_by_role("status").text_content()


LABELS = {"x1": "x₁, input", "x2": "x₂, input", "t": "t, target", "w1": "w₁, weight",
          "w2": "w₂, weight", "rate": "η, learning rate"}


@pytest.fixture(scope="module")
def pages(book, browser):
    """Opens the chapter once for each width and colour: the page is heavy, the explorer is not."""
    opened = {}

    def page(width, mode):
        if (width, mode) not in opened:
            opened[width, mode] = Visit(browser, (book / PAGE).as_uri(), width, 900, mode)
        return opened[width, mode]

    yield page
    for seen in opened.values():
        seen.context.close()


@pytest.fixture
def explorer(pages):
    """An explorer as it is when the page is opened (`Reset all` has a test of its own)."""
    def open_explorer(width=1280, mode="light"):
        ours = Explorer(pages(width, mode))
        ours.box.get_by_label("Beside it").uncheck()
        ours.press("Reset all")
        ours.seen.problems.clear()
        return ours

    return open_explorer


def labels(run, k):
    """What the drawing shows after step `k`."""
    values, grads = run.known(k)
    shown = [run.names[v] if v.kind == "constant" else f"{run.names[v]} = {number(x)}"
             for v, x in values.items()]
    shown += [f"∂L/∂{run.names[v]} = {number(g)}" for v, g in grads.items()]
    return sorted(shown)


def without_signs_and_slopes(texts):
    """The labels of a drawing without the symbols in the gates and the numbers after ×."""
    return sorted(text for text in texts if text not in ("×", "+", "−", "σ", "( )²")
                  and not text.startswith("×"))


@pytest.mark.parametrize("width, mode", rest_slow([(1280, "light"), (390, "dark")], [(390, "dark")]))
def test_what_is_typed_is_computed(explorer, width, mode):
    ours = explorer(width=width, mode=mode)
    for numbers in list(settings(4)):
        numbers = {key: round(value, 3) for key, value in numbers.items()}
        for key, label in LABELS.items():
            ours.type(label, numbers[key])
        ours.box.get_by_label("L, the loss").select_option(index=numbers["loss"])
        run = circuit.trace(built(numbers)[0])
        last = len(run.steps) - 1
        ours.step.press("End")
        assert without_signs_and_slopes(ours.texts()) == labels(run, last)
        slopes = sorted(text for text in ours.texts() if text.startswith("×") and len(text) > 1)
        expected = [number(local) for node in run.nodes for local in node.local]
        assert slopes == sorted(f"×({x})" if x.startswith("−") else f"×{x}" for x in expected)
    assert ours.page.evaluate("document.documentElement.scrollWidth") <= width
    assert ours.seen.problems == []


def test_the_arrow_keys_step_through_both_passes_with_the_numbers_that_were_typed(explorer):
    ours = explorer()
    ours.type(LABELS["w1"], 0.7)
    ours.type(LABELS["w2"], -1.3)
    run = circuit.trace(built({**FIRST, "w1": 0.7, "w2": -1.3, "loss": 0})[0])
    ours.step.focus()
    ours.page.keyboard.press("Home")
    for k, (step, frame) in enumerate(zip(run.steps, frames(run))):
        assert ours.step.input_value() == str(k)
        assert without_signs_and_slopes(ours.texts()) == labels(run, k)
        at_work = [text for text in ours.texts() if text.startswith("×") and len(text) > 1]
        local = None if step.local is None else number(step.local)
        assert at_work == ([] if local is None else [f"×({local})" if step.local < 0 else f"×{local}"])
        assert ours.box.locator(".course-phase").first.text_content() == frame.phase
        assert ours.box.locator(".course-formula").text_content() == frame.formula
        sentence = ours.box.locator(".course-sentence").text_content()
        assert sentence.replace("\N{NO-BREAK SPACE}", " ") == frame.sentence
        if k:
            assert step.formula in ours.voice()
        ours.page.keyboard.press("ArrowRight")
    assert ours.step.input_value() == str(len(run.steps))      # everything at once
    ours.page.keyboard.press("End")
    ours.press("Back")
    assert ours.box.locator(".course-phase").first.text_content() == "Backward, 12 of 12"
    ours.press("Next")
    assert "∂L/∂w₁" in ours.box.locator(".course-formula").text_content()
    assert ours.seen.problems == []


def test_play_plays_and_pauses(explorer):
    ours = explorer()
    phase = ours.box.locator(".course-phase").first
    assert phase.text_content() == "Both passes done"
    ours.press("Play")                                                     # from the end it begins again
    phase.filter(has_text=re.compile("Forward|Backward")).wait_for()       # wherever it is by now
    ours.press("Pause")
    assert ours.box.get_by_role("button", name="Play").count() == 1
    assert ours.seen.problems == []


@pytest.mark.parametrize("loss", [0, 1])
def test_taking_steps_is_gradient_descent(explorer, loss):
    ours = explorer()
    ours.box.get_by_label("L, the loss").select_option(index=loss)
    numbers = {**FIRST, "loss": loss}
    for k in range(1, 5):
        L, f, w1, w2 = built(numbers)
        L.backward()
        after = {**numbers, "w1": w1.value - 0.5 * w1.grad, "w2": w2.value - 0.5 * w2.grad}
        ours.press("Take a step")
        L2 = built(after)[0].value
        assert ours.told().startswith(
            f"Step {k}: w₁ {number(numbers['w1'])} → {number(after['w1'])}, "
            f"w₂ {number(numbers['w2'])} → {number(after['w2'])}. "
            f"L falls by {number(L.value - L2)}, to {number(L2)}.")
        assert ours.voice() in ours.told()
        run = circuit.trace(built(after)[0])
        assert without_signs_and_slopes(ours.texts()) == labels(run, len(run.steps) - 1)
        numbers = after
    assert ours.box.locator(".course-plot .past").count() == 4
    ours.press("Start again")
    assert ours.told() == f"L = {number(built({**FIRST, 'loss': loss})[0].value)}. No step taken yet."
    assert ours.box.locator(".course-plot .past").count() == 0
    assert ours.seen.problems == []


def place(ours, mark):
    """Where a mark of the plot is, in the numbers of its axes (read from the labels of the axes)."""
    return ours.page.evaluate("""mark => {
      const plot = document.querySelector(".course-explorer .course-plot");
      const read = text => Number(text.textContent.replace("−", "-"));
      const at = (tick, key) => Number(tick.getAttribute(key));
      const scale = (ticks, key) => { const [a, b] = [ticks[0], ticks.at(-1)];
        return v => read(a) + (v - at(a, key)) / (at(b, key) - at(a, key)) * (read(b) - read(a)); };
      const across = scale([...plot.querySelectorAll(".tick.middle")], "x");
      const up = [...plot.querySelectorAll(".tick.end")];
      const height = scale(up, "y");
      const spot = plot.querySelector(mark);
      return [across(at(spot, "cx")), height(at(spot, "cy") + 5)];
    }""", mark)


def test_the_point_stands_on_the_curve_where_the_numbers_say(explorer):
    ours = explorer()
    for w2 in (0, 2.5, -3.25):
        ours.type(LABELS["w2"], w2)
        L = with_loss(1, 0, 5, 0, w2)[0].value
        assert place(ours, ".here") == pytest.approx([w2, L], abs=0.02)
    ours.type(LABELS["w2"], 0)
    ours.press("Take a step")
    assert place(ours, ".past") == pytest.approx([0, 20.25], abs=0.02)
    assert place(ours, ".here") == pytest.approx([0.5625, with_loss(1, 0, 5, 0, 0.5625)[0].value], abs=0.02)
    assert ours.box.locator(".ghost").count() == 0    # only w2 has moved
    ours.press("Take a step")
    assert ours.box.locator(".ghost").count() == 1    # now w1 has moved as well, and the curve with it


def test_the_sliders_move_the_point_and_the_curve(explorer):
    ours = explorer()
    curve = ours.box.locator(".curve")
    before = curve.get_attribute("d")
    slider = ours.box.get_by_role("slider", name="w₂", exact=True)
    slider.focus()
    ours.page.keyboard.press("End")
    assert ours.box.get_by_label(LABELS["w2"]).input_value() == "4"
    assert curve.get_attribute("d") == before
    ours.box.get_by_role("slider", name="w₁", exact=True).focus()
    ours.page.keyboard.press("End")
    assert curve.get_attribute("d") != before
    run = circuit.trace(built({**FIRST, "w1": 4, "w2": 4, "loss": 0})[0])
    assert without_signs_and_slopes(ours.texts()) == labels(run, len(run.steps) - 1)


def test_the_write_ups_step_beside_the_right_one(explorer):
    ours = explorer()
    rules = ours.box.locator(".course-rules li")
    assert rules.count() == 0
    ours.box.get_by_label("Beside it").check()
    expected = []
    for name, arithmetic, w2 in (("Down the loss", "0.5 × (−1.125) = 0.5625", 0.5625),
                                 ("The write-up", "0.5 × 0.125 “=” 0.0625", 0.0625),
                                 ("Its sign put back", "0.5 × 0.125 = −0.0625", -0.0625)):
        change = with_loss(1, 0, 5, 0, w2)[0].value - 20.25
        expected.append(f"{name}: w₂ = 0 − {arithmetic}. L {'falls' if change < 0 else 'rises'} by "
                        f"{number(abs(change))}, to {number(20.25 + change)}.")
    assert rules.all_text_contents() == expected
    assert ours.box.locator(".course-plot .landing").count() == 3
    assert "two mistakes cancel" in ours.box.locator(".course-verdict").text_content()
    ours.press("Take the write-up’s step")
    assert "Step 1, the write-up’s: w₁ 0 → 0, w₂ 0 → 0.0625. L falls by" in ours.told()
    ours.press("Start again")
    ours.type(LABELS["t"], -5)
    assert "Nothing cancels now" in ours.box.locator(".course-verdict").text_content()
    assert "L rises" in rules.nth(1).text_content() and "L falls" in rules.nth(0).text_content()
    assert ours.seen.problems == []


@pytest.mark.parametrize("key, wrong", [("w2", "2000"), ("rate", "-1"), ("x1", "")])
def test_a_number_that_cannot_be_is_refused_in_words(explorer, key, wrong):
    ours, field = explorer(), LABELS[key]
    before = ours.texts()
    ours.type(field, wrong)
    problem = ours.box.locator(".course-problem")
    assert re.search(r"takes a number from .* to 1000", problem.text_content())
    assert ours.voice() == problem.text_content()
    assert ours.box.get_by_label(field).get_attribute("aria-invalid") == "true"
    assert ours.texts() == before
    ours.type(field, FIRST[key])
    assert problem.is_hidden()
    assert ours.box.get_by_label(field).get_attribute("aria-invalid") is None


def test_reset_brings_every_number_back(book, visit):
    ours = Explorer(visit((book / PAGE).as_uri()))      # a page that nobody has touched
    before = ours.texts(), ours.told(), ours.box.locator(".course-plot").inner_html()
    for label in LABELS.values():
        ours.type(label, 0.25)
    ours.type(LABELS["x1"], "")
    ours.box.get_by_label("L, the loss").select_option(index=1)
    ours.press("Take a step")
    ours.press("Play")
    assert (ours.texts(), ours.told()) != before[:2]
    ours.press("Reset all")
    assert (ours.texts(), ours.told(), ours.box.locator(".course-plot").inner_html()) == before
    for key, label in LABELS.items():
        assert float(ours.box.get_by_label(label).input_value()) == FIRST[key]
    assert ours.box.get_by_role("button", name="Play").count() == 1
    assert ours.box.locator(".course-problem").is_hidden()
    assert ours.seen.problems == []


def test_every_control_is_reached_by_tab_in_the_order_in_which_it_is_seen(explorer):
    ours = explorer()
    ours.box.get_by_label("Beside it").check()
    ours.box.get_by_label(LABELS["x1"]).focus()
    reached = []
    while ours.page.evaluate("!!document.activeElement.closest('.course-explorer')"):
        reached.append(ours.page.evaluate(
            "document.activeElement.labels?.[0]?.innerText || document.activeElement.innerText"))
        ours.page.keyboard.press("Tab")
    reached = [name.split("\n")[0] for name in reached]
    assert reached == [LABELS["x1"], LABELS["x2"], LABELS["t"], "L, the loss", LABELS["w1"],
                       LABELS["w2"], LABELS["rate"], "Reset all", "Play", "Back", "Next", "Step",
                       "w₂", "w₁", "Take a step", "Start again", "Beside it: the write-up’s step",
                       "Take the write-up’s step"]


@pytest.mark.parametrize("width", [390, 1280])
def test_targets_are_large_enough_for_a_finger(explorer, width):
    ours = explorer(width=width)
    ours.box.get_by_label("Beside it").check()
    for control in ours.box.locator("button, input:not([type=checkbox]), select, .course-switch").all():
        assert control.bounding_box()["height"] >= 39.5
    plot = ours.box.locator(".course-plot svg[role=img]")
    assert "∂L/∂w₂" in plot.text_content() and "slope there is −1.125" in plot.get_attribute("aria-label")


def test_a_second_explorer_goes_its_own_way(module):
    """The same module rendered twice on a page: what is done to one leaves the other alone."""
    found = module("""(explorer, { state }) => {
      const open = () => {
        const el = document.body.appendChild(document.createElement("div"));
        const values = structuredClone(state);
        const model = { get: key => values[key], set: (key, value) => { values[key] = value; },
                        save_changes() {}, on() {}, off() {} };
        const close = explorer.default.render({ model, el });
        return { el, values, close };
      };
      const [one, two] = [open(), open()];
      const before = two.el.innerHTML;
      [...one.el.querySelectorAll("button")].find(b => b.textContent === "Take a step").click();
      const same = two.el.innerHTML === before;
      one.close();
      two.close();
      return [one.values.now.w2, two.values.now.w2, same, document.querySelectorAll("[id]").length];
    }""", {"state": {key: value for key, value in circuit_explorer(
        {SQUARE: with_loss(1, 0, 5, 0, 0)[0]}).get_state().items() if not key.startswith("_")}})
    assert found == [0.5625, 0, True, 0]
