// A quiz: its folds become buttons that say whether they are right and why, and fields for a number. The answers are
// kept in this browser and nowhere else. Without this script the folds stay folds.

(() => {
  const make = (name, look, inside, text = "") => {
    const made = document.createElement(name);
    made.className = look;
    made.textContent = text;
    inside?.append(made);
    return made;
  };
  const button = (look, inside, text) => Object.assign(make("button", look, inside, text), { type: "button" });

  /** A short digest of what a question says: a question that was written anew has no answer yet. */
  const digest = (text) => [...text].reduce((sum, letter) => Math.imul(sum ^ letter.codePointAt(0), 16777619), 2166136261).toString(36);

  /** The number in some words: 1,250 and 0,5 and −3/8 are numbers. */
  function read(words) {
    const plain = words.replace(/[\s≈%]/g, "").replace(/[−–]/g, "-"), thousands = /^[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(plain);
    const [, above, , below] = /^([-+]?(\d+\.?\d*|\.\d+)(?:e-?\d+)?)(?:\/(\d+))?$/i.exec(plain.replaceAll(",", thousands ? "" : ".")) ?? [];
    return above / (below ?? 1);
  }
  /** Whether a number is the one that is written: a whole one exactly, another, or one behind ≈, to one part in a hundred. */
  const same = (number, written) => Math.abs(number - read(written)) <= (/[.≈]/.test(written) ? 0.01 : 1e-9) * Math.abs(read(written)) + 1e-12;

  /** A question of four options: {text, replay, again}; `answered` hears of what is done, and whether it is right. */
  function choices(folds, box, answered) {
    const options = folds.map((fold, i) => {
      const place = make("div", "course-option", box), key = button("", place), right = fold.matches(".right");
      const said = make("div", "course-said", place), mark = make("span", "course-heard");
      key.append(mark, ...fold.querySelector(".sd-summary-text").childNodes);
      const inside = [...fold.querySelector(".sd-summary-content").childNodes];
      said.setAttribute("aria-live", "polite");
      const show = (open) => {
        key.setAttribute("aria-expanded", open);
        said.replaceChildren(...(open ? inside : []));
      };
      const pick = () => {
        place.dataset.is = right ? "right" : "wrong";
        mark.textContent = right ? "Right: " : "Not right: ";
        show(true);
      };
      key.onclick = () => {
        if (place.dataset.is) return show(key.getAttribute("aria-expanded") !== "true");
        pick();
        answered(i, right);
      };
      show(false);
      fold.remove();
      return { pick, right, again() { delete place.dataset.is; mark.textContent = ""; show(false); } };
    });
    return { replay: (picks) => picks.map((i) => { options[i]?.pick(); return options[i]?.right; }), again: () => options.forEach((each) => each.again()) };
  }

  /** A question for a number: the first bold one is right, those in the list are mistakes that are made. */
  function typed(fold, box, answered) {
    const form = make("form", "course-typed", box), label = make("label", "", form, "Your number "), field = make("input", "", label);
    const said = make("div", "course-said", box), inside = fold.querySelector(".sd-summary-content");
    const mistakes = [...inside.querySelectorAll("li")].map((item) => [item.querySelector("strong").textContent, [...item.childNodes]]);
    const right = inside.querySelector("strong").textContent, other = [...inside.childNodes].filter((part) => !part.matches?.("ul"));
    field.autocomplete = "off";
    if (![right, ...mistakes.map(([number]) => number)].some((number) => read(number) < 0)) field.inputMode = "decimal"; // has no minus on some
    make("button", "course-key", form, "Compare");
    const give = button("course-key", form, "Show the answer");
    said.setAttribute("aria-live", "polite");
    const judge = (words) => {
      const number = read(words), ok = same(number, right), mistake = mistakes.find(([wrong]) => same(number, wrong));
      field.value = words;
      box.dataset.is = ok ? "right" : "wrong";
      said.replaceChildren(...(ok || !words ? other : mistake?.[1] ?? [make("p", "", null, `Not ${words}. Work it out once more, or have the answer shown.`)]));
      return ok;
    };
    form.onsubmit = (event) => {
      event.preventDefault();
      const words = field.value.trim();
      if (Number.isNaN(read(words))) said.replaceChildren(make("p", "", null, "A number, please: 0.5, −3/8 or 1,250."));
      else answered(words, judge(words));
    };
    give.onclick = () => answered("", judge(""));
    fold.remove();
    return { replay: (all) => all.map(String).map(judge), again() { field.value = ""; delete box.dataset.is; said.replaceChildren(); } };
  }

  /** Make the quiz of one part of a page, as it was left. Where the part says so, tell which chapters may be skipped. */
  function start(place, asked) {
    const name = `course-quiz ${/[^/]*$/.exec(location.pathname)[0]}`, leads = place.closest(".quiz-chapters");
    let kept = {};
    try { kept = JSON.parse(localStorage.getItem(name)) ?? {}; } catch { /* nothing can be kept here */ }
    const keep = () => { try { localStorage.setItem(name, JSON.stringify(Object.fromEntries(questions.map(({ id, picks }) => [id, picks])))); } catch { /* nor here */ } };
    const questions = asked.map(({ question, folds }) => {
      const box = document.createElement("div"), id = digest(question.textContent + folds.map((fold) => fold.firstElementChild.textContent).join());
      const chapter = leads && folds.find((fold) => fold.matches(".right, .number")).querySelector("a[href]").cloneNode(true);
      box.className = "course-question";
      box.setAttribute("role", "group");
      question.id ||= `question-${id}`;
      box.setAttribute("aria-labelledby", question.id);
      question.before(box);
      box.append(question);
      const one = { id, box, chapter, picks: [kept[id] ?? []].flat(), tries: [] };
      const answered = (pick, right) => { one.picks.push(pick); one.tries.push(right); keep(); tell(); };
      const { replay, again } = folds[0].matches(".number") ? typed(folds[0], box, answered) : choices(folds, box, answered);
      one.tries = replay(one.picks);
      return Object.assign(one, { again });
    });
    const end = make("div", "course-score"), score = make("p", "", end), afresh = button("course-key", end, "Begin again"), advice = make("p", "", end);
    score.setAttribute("role", "status");
    questions.at(-1).box.after(end);
    const list = (words, found) => found.length ? [words, ...found.flatMap(({ chapter }, i) => [i ? ", " : " ", chapter]), ". "] : [];
    const tell = () => {
      const first = questions.filter(({ tries }) => tries[0]), open = questions.filter(({ tries }) => !tries.length).length;
      const left = open ? `, ${open} not answered yet` : "";
      score.textContent = open === questions.length ? `${open} questions. Your answers are kept in this browser and nowhere else.`
        : `${first.length} of ${questions.length} right at the first try${left}.`;
      afresh.hidden = open === questions.length;
      if (leads) advice.replaceChildren(...list("You may skip", first), ...list("Worth an evening each:", questions.filter(({ tries }) => tries.length && !tries[0])));
    };
    afresh.onclick = () => {
      for (const one of questions) { one.again(); one.picks = []; one.tries = []; }
      keep();
      tell();
      questions[0].box.querySelector("button, input").focus();
    };
    tell();
  }

  setTimeout(() => {
    const parts = new Map();
    for (const fold of document.querySelectorAll("details.quiz")) {
      const question = fold.previousElementSibling, place = fold.parentElement;
      if (!parts.has(place)) parts.set(place, []);
      if (question.matches("details.quiz")) parts.get(place).at(-1).folds.push(fold);
      else parts.get(place).push({ question, folds: [fold] });
    }
    for (const [place, asked] of parts) start(place, asked);
  });
})();
