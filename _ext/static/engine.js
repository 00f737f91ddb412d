// One Python for the page: starts the worker, restarts it once if it dies, and answers calls.

const PATIENCE = { boot: 120_000, call: 15_000, halt: 400 }; // ms

const HALTED = { waiting: "Stopped; the last picture stays.", given_up: true };

export class Engine {
  constructor(config, changed) {
    this.config = config;
    this.patience = { ...PATIENCE, ...config.patience };
    this.changed = changed;
    this.state = "off"; // off | ask | starting | live | failed
    this.restarts = 0;
    this.waiting = new Map();
    this.count = 0;
  }

  become(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.changed();
  }

  start() {
    if (this.state === "starting" || this.state === "live" || this.state === "failed") return;
    this.become("starting");
    try {
      this.worker = connect(this.config, ({ data }) => this.hear(data), (event) => {
        event.preventDefault();
        this.died(event.message || "the worker could not start");
      });
    } catch {
      return this.give("this browser allows no workers here");
    }
    this.clock = setTimeout(() => this.give("Python took too long to start"), this.patience.boot);
    this.worker.postMessage({ type: "boot", config: this.config });
  }

  hear(message) {
    if (message.type === "ready") {
      clearTimeout(this.clock);
      this.become("live");
    } else if (message.type === "failed") {
      this.give(explain(message.reason));
    } else if (message.type === "info") {
      console.info(message.text); // a shared worker has no console that a page shows
    } else if (message.type === "died") {
      this.died(message.reason);
    } else if (message.type === "answer") {
      this.settle(message.id, JSON.parse(message.answer));
    } else if (message.type === "halted") {
      this.settle(message.id, HALTED);
    } else if (message.type === "progress") {
      const call = this.waiting.get(message.id);
      if (!call) return;
      clearTimeout(call.clock);
      call.clock = this.limit();
      call.told(message.share);
    }
  }
  settle(id, answer) {
    const call = this.waiting.get(id);
    this.waiting.delete(id);
    clearTimeout(call?.clock);
    call?.done(answer);
  }
  limit() {
    return setTimeout(() => this.died("Python stopped answering"), this.patience.call);
  }

  // The answer for one explorer, or null if Python went away meanwhile. A long one tells `told` how
  // much of it is done.
  call(name, params, width, told) {
    return new Promise((done) => {
      const id = (this.count += 1);
      this.waiting.set(id, { done, told, clock: this.limit() });
      this.worker.postMessage({ type: "call", id, name, params: JSON.stringify(params), width });
    });
  }

  // Give up what is being computed; where that is urgent, a Python that does not listen is started
  // anew.
  halt(urgent) {
    const open = [...this.waiting.keys()];
    for (const id of open) this.worker.postMessage({ type: "halt", id });
    if (urgent) setTimeout(() => {
      if (!open.some((id) => this.waiting.has(id))) return;
      for (const id of open) this.settle(id, HALTED);
      this.stop();
      this.state = "off";
      this.start();
    }, this.patience.halt);
  }

  stop() {
    clearTimeout(this.clock);
    this.worker?.leave();
    for (const { done, clock } of this.waiting.values()) {
      clearTimeout(clock);
      done(null);
    }
    this.waiting.clear();
  }

  died(reason) {
    const wasLive = this.state === "live";
    this.stop();
    if (!wasLive || this.restarts > 0) return this.give(reason);
    this.restarts += 1;
    this.state = "off";
    this.start();
  }

  give(reason) {
    this.stop();
    this.become("failed", reason);
  }
}

// Where a worker can outlive its page for a while, one Python serves the whole visit; its name says
// which one, so that one that was left behind broken is not met again. Elsewhere each page has its own.
function connect(config, hear, fail) {
  const url = new URL("./worker.js", import.meta.url);
  let outlives = false;
  const options = { type: "module", get extendedLifetime() { outlives = true; return true; } };
  options.name = JSON.stringify([config.pyodide, config.wheel, config.snapshot, leftBehind()]);
  const shared = window.SharedWorker && new SharedWorker(url, options);
  if (!outlives) {
    shared?.port.close();
    const own = new Worker(url, { type: "module" });
    own.onmessage = hear;
    own.onerror = fail;
    return { postMessage: (message) => own.postMessage(message), leave: () => own.terminate() };
  }
  shared.port.onmessage = hear;
  shared.onerror = fail;
  function leave() {
    shared.port.postMessage({ type: "leave" });
    shared.port.close();
    leftBehind(1);
  }
  return { postMessage: (message) => shared.port.postMessage(message), leave };
}
// How many runtimes this visit has given up; a frame may be allowed no memory.
function leftBehind(more = 0) {
  try {
    const count = more + Number(sessionStorage.getItem("ffn-left"));
    if (more) sessionStorage.setItem("ffn-left", count);
    return count;
  } catch {
    return Math.random();
  }
}

function explain(reason) {
  if (/named 'numpy'/.test(reason)) return "NumPy could not be loaded";
  if (/fetch|import|network|load/i.test(reason)) return "Python could not be loaded";
  return `Python could not start (${reason.slice(0, 80)})`;
}
