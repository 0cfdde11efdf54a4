// The pad's weights: in the built book from a script beside the page, in Jupyter from the kernel.

import { h } from "./elements.js";

const SCRIPT = "_static/pad-weights.js"; // sets `courseWeights`; a page opened from a file may not fetch

/** The packed weights, from the book if this is one of its pages, else from the kernel. */
export async function packed(model) {
  const root = document.documentElement.dataset.content_root; // Sphinx says where the book's top is
  if (root === undefined || model.get("own")) return fromKernel(model);
  if (!globalThis.courseWeights) await loadScript(new URL(root + SCRIPT, document.baseURI));
  return Uint8Array.from(atob(globalThis.courseWeights), (letter) => letter.charCodeAt(0));
}

function loadScript(address) {
  return new Promise((done, fail) => {
    const failed = () => fail(new Error(`${SCRIPT} is not beside this page: build the book again.`));
    document.head.append(h("script", { src: address.href, onload: done, onerror: failed }));
  });
}

function fromKernel(model) {
  const { dataset } = document.documentElement;
  if (dataset.content_root !== undefined && !document.body.classList.contains("course-is-live"))
    throw new Error("This sheet belongs to the network that you train: press “Run this page” at the top, run the cells, then draw.");
  return new Promise((done, fail) => {
    const silent = setTimeout(() => fail(new Error("The network’s weights come from the kernel, and none "
      + "answers: run the cell again, then draw.")), 20000);
    model.on("msg:custom", (message, [bytes]) => {
      clearTimeout(silent);
      done(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
    model.send({ ask: "weights" });
  });
}
