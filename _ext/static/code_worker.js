// Python for the code that a reader writes, off the page's thread, in a worker that can be ended at
// any moment: see code_engine.js, which alone speaks with it. All that knows Python is in
// ffnlib/_page/session.py.
//
// It hears  {type: "boot", config: {pyodide, wheel, matplotlib}}, once, and then
//           {type: "run", id, code, cell, quiet}      {type: "call", id, fn, args}
//           {type: "complete" | "inspect", id, code, cursor}
//           {type: "answer", id, key, params, width}  {type: "reset", id}
// It tells  {type: "ready"} or {type: "failed", reason}; {type: "note", text}, what it waits for;
//           {type: "begun", id}, {type: "output", id, output} while a cell runs, each a JSON text;
//           {type: "done", id, result}, JSON too; {type: "died", reason} if the runtime broke.
let python = null;
let session = null;
let running = 0;
let last = Promise.resolve(); // one thing after the other, though loading a package waits
// Taken before any cell can change them, and out of its reach: no cell speaks for Python, or ends it.
const [tell, close] = [self.postMessage.bind(self), self.close.bind(self)];
self.postMessage = self.close = () => {};

addEventListener("unhandledrejection", (event) => session ?? tell({ type: "failed", reason: String(event.reason?.message ?? event.reason) }));

async function boot({ pyodide, wheel }) {
  const { loadPyodide } = await import(`${pyodide}pyodide.mjs`);
  const fetched = fetch(wheel); // while the runtime starts
  python = await loadPyodide({ indexURL: pyodide });
  await load("numpy");
  const response = await fetched;
  if (!response.ok) throw new Error(`the course's own package could not be fetched (${response.status})`);
  python.unpackArchive(await response.arrayBuffer(), "wheel");
  const make = python.runPython("import __main__\nfrom ffnlib._page import Session\nlambda emit: Session(emit, vars(__main__))");
  session = make((output) => tell({ type: "output", id: running, output }));
}
const load = (name) => python.loadPackage(name, { messageCallback() {}, errorCallback() {} });

// Matplotlib is many megabytes: it comes with the first cell that needs it.
async function bring(code, matplotlib) {
  if (session.draws(code) && !python.loadedPackages.matplotlib) {
    tell({ type: "note", text: `Loading Matplotlib${matplotlib ? ` (${matplotlib}, once)` : ""} …` });
    await load("matplotlib");
    session.style();
  }
}

const DO = {
  async run({ code, cell, quiet }, config) {
    await bring(code, config.matplotlib);
    return session.run(code, cell, Boolean(quiet));
  },
  async call({ fn, args }) { return session.call(fn, args); },
  async complete({ code, cursor }) { return session.complete(code, cursor); },
  async inspect({ code, cursor }) { return session.inspect(code, cursor); },
  async answer({ key, params, width }) { return session.answer(key, params, width); },
  async reset() { session.reset(); return "null"; },
};

async function hear(message, config) {
  running = message.id;
  tell({ type: "begun", id: message.id });
  try {
    tell({ type: "done", id: message.id, result: await DO[message.type](message, config) });
  } catch (error) {
    // What a cell raises, Python reports. What arrives here broke the runtime, or the network did.
    const reason = error.name === "PythonError" ? String(error.message).trim().split("\n").at(-1) : String(error.message ?? error);
    if (error.name === "PythonError") return tell({ type: "done", id: message.id, result: JSON.stringify({ ok: false, reason }) });
    tell({ type: "died", reason });
    close();
  }
}

let config = null;
self.onmessage = ({ data }) => {
  if (data.type !== "boot") {
    last = last.then(() => hear(data, config));
    return;
  }
  config = data.config;
  last = boot(config).then(
    () => tell({ type: "ready" }),
    (error) => { tell({ type: "failed", reason: String(error?.message ?? error) }); close(); },
  );
};
