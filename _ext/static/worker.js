// Live Python, off the page's thread: Pyodide, NumPy and the ffnlib wheel that the site serves.
let answer = null;
let find = null;

// The line that names the error: Python's messages go on with advice.
function say(error) {
  const lines = String(error?.message ?? error).trim().split("\n");
  postMessage({ type: "failed", reason: lines.find((line) => /^\w+Error: /.test(line)) ?? lines.at(-1) });
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
      console.info("Python starts without its snapshot:", error);
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
  find = python.runPython("from ffnlib.explorer import answer_json, find\nfind");
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

onmessage = async ({ data }) => {
  if (data.type === "boot") {
    try {
      await boot(data.config);
      postMessage({ type: "ready" });
      warm(data.config.names ?? []);
    } catch (error) {
      say(error);
    }
    return;
  }
  const { id, name, params, width } = data;
  try {
    postMessage({ type: "answer", id, answer: JSON.parse(answer(name, JSON.stringify(params), width)) });
  } catch (error) {
    // What Python raises, it reports; anything else means that the runtime itself is broken.
    if (error.name !== "PythonError") return postMessage({ type: "died", reason: "Python crashed" });
    postMessage({ type: "answer", id, answer: { error: `This failed: ${String(error.message).trim().split("\n").at(-1)}` } });
  }
};
