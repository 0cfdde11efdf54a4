// The editor of a cell: CodeMirror with Python, in the colours of the page.

import { autocompletion, closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// the classes that the book's own highlighting has, so that code looks alike before and after
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword, tags.operatorKeyword], class: "k" },
  { tag: tags.comment, class: "c1" },
  { tag: tags.string, class: "s2" },
  { tag: [tags.number, tags.bool, tags.null], class: "mi" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "nf" },
  { tag: tags.definition(tags.className), class: "nc" },
  { tag: tags.operator, class: "o" },
]);

/** An editor (Escape, then Tab leaves it by keyboard) with `code` in `place`; `keys` are what Shift-Enter and Ctrl-Enter do, `changed` hears of every change. */
export function edit(place, code, label, { next, stay, changed }) {
  const keys = [
    { key: "Shift-Enter", run: () => (next(), true) },
    { key: "Mod-Enter", run: () => (stay(), true) },
  ];
  const view = new EditorView({
    parent: place,
    state: EditorState.create({
      doc: code,
      extensions: [
        Prec.highest(keymap.of(keys)), keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]), history(), python(),
        indentUnit.of("    "), indentOnInput(), bracketMatching(), closeBrackets(), autocompletion({ activateOnTyping: false }),
        syntaxHighlighting(COLOURS), EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => { if (update.docChanged) changed(); }),
      ],
    }),
  });
  return {
    get code() { return view.state.doc.toString(); },
    set code(text) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }); },
    focus: () => view.focus(),
  };
}
