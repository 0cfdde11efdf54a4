// Python in a worker of the page: loads Pyodide and what a cell imports, runs cells, carries widgets' messages.
//
// From the page: { kind: "start", files, packages, interrupt }, { kind: "run", cell, code, label }, { kind: "comm", text, buffers }.
// To the page:   { kind: "bytes", loaded }, { kind: "ready" }, { kind: "output", cell, text, buffers }, { kind: "ran", cell, ended },
//                { kind: "heard" } of a widget's message, { kind: "failed", message }.

let pyodide, python, current = null;

/** Every file comes through here, so that the page can say how far it is. */
function counted(fetch) {
  let loaded = 0;
  return async (address, settings) => {
    const cache = /\.(json|py)$/.test(address) ? "no-cache" : "force-cache"; // packages change their names with their content
    const answer = await fetch(address, { ...settings, cache });
    if (!answer.ok || !answer.body) return answer;
    const count = new TransformStream({
      transform(piece, out) {
        loaded += piece.byteLength;
        postMessage({ kind: "bytes", loaded });
        out.enqueue(piece);
      },
    });
    return new Response(answer.body.pipeThrough(count), { status: answer.status, headers: answer.headers });
  };
}

async function start({ files, packages, interrupt }) {
  self.fetch = counted(self.fetch);
  const ours = ["asked.py", "kernel.py", "needs.json"].map(async (name) => [name, await (await fetch(files + name)).text()]);
  importScripts(`${files}pyodide.js`);
  pyodide = await loadPyodide({ indexURL: files, packages, stdout() {}, stderr() {} }); // they come while Python is compiled
  if (interrupt) pyodide.setInterruptBuffer(interrupt);
  for (const [name, text] of await Promise.all(ours)) pyodide.FS.writeFile(name, text);
  python = pyodide.pyimport("kernel");
  python.start((text, buffers) => {
    const whole = buffers.toJs({ create_pyproxies: false }).map((each) => each.slice().buffer);
    postMessage({ kind: "output", cell: current, text, buffers: whole }, whole);
  });
  postMessage({ kind: "ready" });
}

/** Load packages that are not there yet. A package that the book does not have is left to Python's own words. */
async function need(packages) {
  const missing = packages.filter((name) => !(name in pyodide.loadedPackages));
  if (missing.length) await pyodide.loadPackage(missing, { messageCallback() {}, errorCallback: (said) => console.warn(said) });
}

async function run({ cell, code, label }) {
  current = cell;
  let ended = false, later = [];
  try {
    let first;
    [first, later] = python.packages(code).toJs();
    await need(first);
    await pyodide.loadPackagesFromImports(code, { messageCallback() {}, errorCallback() {} });
    ended = python.run(code, label);
  } catch (problem) { // Python itself is broken: out of memory, or its stack
    postMessage({ kind: "failed", cell, message: String(problem.message ?? problem).slice(-2000) });
  }
  postMessage({ kind: "ran", cell, ended });
  current = null;
  await need(later).catch((problem) => console.warn(problem)); // while its reader looks at it; the next cell asks again
}

function comm({ text, buffers }) {
  python.hear(text, buffers.map((each) => new Uint8Array(each)));
  postMessage({ kind: "heard" });
}

const doing = { start, run, comm };
let last = Promise.resolve();

onmessage = ({ data }) => { // one after the other
  last = last.then(() => doing[data.kind](data)).catch((problem) => {
    postMessage({ kind: "failed", cell: current, message: String(problem.message ?? problem).slice(-2000) });
  });
};
