// Python as the page sees it: a worker that is started, runs one cell after the other, and can be stopped.

export class Kernel {
  /** `hear(cell, message, buffers)` gets what a cell shows, `heard()` is told when a widget's message has reached Python,
   *  `loaded(bytes)` how much has come. */
  constructor(files, version, packages, { hear, heard, loaded }) {
    Object.assign(this, { files, hear, heard, loaded, waiting: null, last: Promise.resolve() });
    this.interrupt = globalThis.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
    const begin = `importScripts(${JSON.stringify(`${files}worker.js?v=${version}`)});`;
    this.worker = new Worker(URL.createObjectURL(new Blob([begin], { type: "text/javascript" }))); // so the page's policy is its own
    this.worker.onmessage = ({ data }) => { // one after the other: a widget may have to be fetched first
      this.last = this.last.then(() => this.receive(data)).catch((problem) => console.error(problem));
    };
    this.worker.onerror = ({ message }) => this.receive({ kind: "failed", message });
    this.ready = this.ask({ kind: "start", files, packages, interrupt: this.interrupt });
  }

  ask(message, moved = []) {
    return new Promise((done, fail) => {
      this.waiting = { done, fail };
      this.worker.postMessage(message, moved);
    });
  }

  receive({ kind, cell, text, buffers, loaded, ended, message }) {
    if (kind === "bytes") this.loaded(loaded);
    else if (kind === "output") return this.hear(cell, JSON.parse(text), buffers);
    else if (kind === "heard") this.heard();
    else if (kind === "failed") this.waiting?.fail(new Error(message));
    else this.waiting?.done(ended);
  }

  /** Run a cell; true if it came to its end. */
  run(cell, code, label) {
    if (this.interrupt) this.interrupt[0] = 0;
    return this.ask({ kind: "run", cell, code, label });
  }

  comm(text, buffers) { this.worker.postMessage({ kind: "comm", text, buffers }, buffers); }

  /** Ask Python to stop; false if it cannot be asked, and has to be ended. */
  stop() {
    if (this.interrupt) this.interrupt[0] = 2;
    return Boolean(this.interrupt);
  }

  /** End it, with all that it knows. */
  end() {
    this.worker.terminate();
    this.waiting?.fail(new Ended());
  }
}

export class Ended extends Error {}
