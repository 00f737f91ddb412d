// Live Python, off the page's thread: Pyodide, NumPy and the ffnlib wheel that the site serves.
// As a SharedWorker it outlives its page where the browser allows that: the next page is live at once.
const SLICE = 0.1; // seconds after which a long run tells how far it is, and hears whether to go on
const pages = new Set(); // what to answer to: a port for each page, or the one page itself
const halted = new Set(); // calls that nobody waits for any more
let answer = null;
let find = null;
let booting = null;

const tell = (message) => pages.forEach((page) => page.postMessage(message));
// The line that names the error: Python's messages go on with advice.
function say(error) {
  const lines = String(error?.message ?? error).trim().split("\n");
  tell({ type: "failed", reason: lines.find((line) => /^\w+Error: /.test(line)) ?? lines.at(-1) });
  close();
}
// A missing runtime file can leave loadPyodide waiting for ever, with only this to tell of it.
addEventListener("unhandledrejection", (event) => answer ?? say(event.reason));

// A Python that has started before, if the site has one and it can be used; else a new one.
async function start(loadPyodide, indexURL, snapshot) {
  if (snapshot) {
    try {
      const packed = await fetch(snapshot);
      if (!packed.ok) throw new Error(`snapshot: ${packed.status}`);
      const memory = new Response(packed.body.pipeThrough(new DecompressionStream("gzip")));
      return await loadPyodide({ indexURL, _loadSnapshot: new Uint8Array(await memory.arrayBuffer()) });
    } catch (error) {
      tell({ type: "info", text: `Python starts without its snapshot: ${error}` });
    }
  }
  return loadPyodide({ indexURL });
}

async function boot({ pyodide, wheel, snapshot }) {
  const { loadPyodide } = await import(`${pyodide}pyodide.mjs`);
  const fetched = fetch(wheel); // while the runtime starts
  const python = await start(loadPyodide, pyodide, snapshot);
  await python.loadPackage("numpy", { messageCallback() {}, errorCallback() {} });
  const response = await fetched;
  if (!response.ok) throw new Error(`the course's own package could not be fetched (${response.status})`);
  python.unpackArchive(await response.arrayBuffer(), "wheel");
  // loadPackage stays silent about a package it did not find; the import does not.
  find = python.runPython("from ffnlib.figures import answer_json, find\nfind");
  answer = python.globals.get("answer_json");
}

// Import the page's explorers now, not at the first touch; what fails here is said then.
function warm(names) {
  for (const name of names) {
    try {
      find(name).destroy();
    } catch (error) {
      console.warn("explorer", name, error);
    }
  }
}

const pause = () => new Promise((done) => setTimeout(done));

async function compute(page, { id, name, params, width }) {
  try {
    for (;;) {
      const said = answer(name, params, width, SLICE); // JSON all the way
      if (!said.startsWith('{"unfinished"')) return page.postMessage({ type: "answer", id, answer: said });
      page.postMessage({ type: "progress", id, share: JSON.parse(said).unfinished });
      await pause();
      if (halted.delete(id)) return page.postMessage({ type: "halted", id });
    }
  } catch (error) {
    // What Python raises, it reports; anything else means that the runtime itself is broken.
    if (error.name !== "PythonError") {
      tell({ type: "died", reason: "Python crashed" });
      return close();
    }
    const said = `This failed: ${String(error.message).trim().split("\n").at(-1)}`;
    page.postMessage({ type: "answer", id, answer: JSON.stringify({ error: said }) });
  } finally {
    halted.delete(id);
  }
}

async function hear(page, { data }) {
  if (data.type === "call") return compute(page, data);
  if (data.type === "halt") return halted.add(data.id);
  if (data.type === "leave") return pages.delete(page);
  pages.add(page);
  try {
    await (booting ??= boot(data.config));
    page.postMessage({ type: "ready" });
    warm(data.config.names ?? []);
  } catch (error) {
    say(error);
  }
}

if ("onconnect" in self) onconnect = ({ ports: [page] }) => (page.onmessage = (event) => hear(page, event));
else onmessage = (event) => hear(self, event);
