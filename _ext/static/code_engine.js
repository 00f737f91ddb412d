// Python for code cells and exercises: a worker of its own, which can be stopped at any moment.
//
//   const engine = new CodeEngine(config, onState);
//     config: {pyodide, wheel: absolute addresses, matplotlib: its size in words}; `siteConfig()`
//     reads it from the page. onState() is called whenever engine.state changes:
//     "off" | "starting" | "live" | "running" | "failed" (then engine.reason says why).
//   await engine.run(code, {cell: "cell 3", output, note})
//     Run code in the one namespace; starts Python if it is off. With `quiet: true` nothing but an
//     error is output: for cells that only prepare. `output(o)` gets each output while
//     it runs: {output: "stream", name, text}, {output: "display", data: {mime: content}} or
//     {output: "error", type, message, hint, frames, line, cause} (see ffnlib/_page/__init__.py);
//     show.js draws them. `note(text)` tells what is waited for. Resolves to {ok, seconds};
//     {ok: false, stopped: true} after stop(); {ok: false, died: reason} if Python went away.
//   await engine.call("package.module.function", args, {output, note})
//     Call a Python function with a list (positional) or an object (by name) of JSON values:
//     {value} or {error: as the output of that name}, or {stopped} or {died} as above. The function
//     must be importable; what it prints goes to `output`.
//   await engine.complete(code, cursor)   {names, start}, or null while Python is busy or off
//   await engine.inspect(code, cursor)    {name, signature, doc}, or null
//   engine.stop()      End whatever runs, at once, and start a new Python (all names are gone).
//   await engine.reset()                  Forget all names; far quicker than a new Python.
//   engine.generation  Counts Pythons: when it has changed, all names that were defined are gone.
//
// The explorers' Python (engine.js) is another one: it is shared by pages and cannot be ended.

const PATIENCE = { boot: 120_000 }; // ms

export function siteConfig() {
  const config = JSON.parse(document.getElementById("ffn-config").textContent);
  const at = (path) => new URL(path, document.baseURI).href;
  return { pyodide: at(config.pyodide), wheel: at(config.wheel), matplotlib: config.matplotlib, patience: config.patience };
}

export class CodeEngine {
  constructor(config, changed = () => {}) {
    this.config = config;
    this.changed = changed;
    this.state = "off";
    this.reason = "";
    this.generation = 0;
    this.waiting = new Map();
    this.count = 0;
  }

  become(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.changed();
  }

  // Start Python if there is none; a start that failed is tried again.
  start() {
    if (this.worker) return;
    this.generation += 1;
    this.become("starting");
    let worker;
    try {
      worker = new Worker(new URL("./code_worker.js", import.meta.url), { type: "module" });
    } catch {
      return this.lose("failed", "this browser allows no workers here");
    }
    this.worker = worker;
    worker.onmessage = ({ data }) => worker === this.worker && this.hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (worker === this.worker) this.lose("failed", event.message || "the worker could not start");
    };
    this.clock = setTimeout(() => this.lose("failed", "Python took too long to start"), this.config.patience?.boot ?? PATIENCE.boot);
    worker.postMessage({ type: "boot", config: this.config });
  }

  hear({ type, id, ...data }) {
    if (type === "ready") {
      clearTimeout(this.clock);
      this.become(this.waiting.size ? "running" : "live");
    } else if (type === "failed") {
      this.lose("failed", explain(data.reason));
    } else if (type === "died") {
      this.lose("off", explain(data.reason));
      this.start();
    } else if (type === "note") {
      for (const { note } of this.waiting.values()) note?.(data.text);
    } else if (type === "begun") {
      this.waiting.get(id)?.note?.("");
    } else if (type === "output") {
      this.waiting.get(id)?.output?.(JSON.parse(data.output));
    } else if (type === "done") {
      const call = this.waiting.get(id);
      this.waiting.delete(id);
      if (!this.waiting.size && this.state === "running") this.become("live");
      call?.done(JSON.parse(data.result));
    }
  }

  ask(message, { output, note } = {}) {
    this.start();
    if (!this.worker) return Promise.resolve({ ok: false, died: this.reason });
    return new Promise((done) => {
      const id = (this.count += 1);
      this.waiting.set(id, { done, output, note });
      this.worker.postMessage({ ...message, id });
      if (this.state === "live") this.become("running");
      else if (this.state === "starting") note?.("Python is starting …");
    });
  }

  run(code, { cell = "this cell", quiet = false, output, note } = {}) {
    return this.ask({ type: "run", code, cell, quiet }, { output, note });
  }
  call(fn, args, { output, note } = {}) {
    return this.ask({ type: "call", fn, args: JSON.stringify(args) }, { output, note });
  }
  reset() {
    return this.worker ? this.ask({ type: "reset" }) : Promise.resolve(null);
  }
  // The next picture of an explorer that a cell has shown, as engine.js answers for the book's own.
  answer(key, params, width) {
    return this.ask({ type: "answer", key, params: JSON.stringify(params), width });
  }
  async whenIdle(message) {
    if (this.state !== "live") return null;
    const said = await this.ask(message);
    return said && !said.died && !said.stopped && said.ok !== false ? said : null;
  }
  complete(code, cursor) {
    return this.whenIdle({ type: "complete", code, cursor: points(code, cursor) }).then(
      (said) => said && { names: said.names, start: [...code].slice(0, said.start).join("").length });
  }
  inspect(code, cursor) {
    return this.whenIdle({ type: "inspect", code, cursor: points(code, cursor) });
  }

  stop() {
    const running = this.waiting.size > 0 || this.state === "starting";
    if (!this.worker || !running) return;
    this.lose("off", "", { ok: false, stopped: true });
    this.start();
  }

  lose(state, reason, answer = { ok: false, died: reason }) {
    clearTimeout(this.clock);
    this.worker?.terminate();
    this.worker = null;
    const open = [...this.waiting.values()];
    this.waiting.clear();
    this.become(state, reason);
    for (const { done } of open) done(answer);
  }
}

// Python counts characters, JavaScript the halves of some.
const points = (code, cursor) => [...code.slice(0, cursor)].length;

function explain(reason) {
  if (/memory|allocat|grow/i.test(reason)) return "Python ran out of memory";
  if (/call stack/i.test(reason)) return "Python's calls were nested too deeply";
  if (/named 'numpy'/.test(reason)) return "NumPy could not be loaded";
  if (/fetch|import|network|load/i.test(reason)) return "Python could not be loaded";
  return `Python could not go on (${reason.slice(0, 80)})`;
}
