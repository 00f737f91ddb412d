// One Python for the page: starts the worker, restarts it once if it dies, and answers calls.

const PATIENCE = { boot: 120_000, call: 15_000 }; // ms

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
      this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    } catch {
      return this.give("this browser allows no workers here");
    }
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.died(event.message || "the worker could not start");
    };
    this.clock = setTimeout(() => this.give("Python took too long to start"), this.patience.boot);
    this.worker.postMessage({ type: "boot", config: this.config });
  }

  hear(message) {
    if (message.type === "ready") {
      clearTimeout(this.clock);
      this.become("live");
    } else if (message.type === "failed") {
      this.give(explain(message.reason));
    } else if (message.type === "died") {
      this.died(message.reason);
    } else if (message.type === "answer") {
      const call = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      clearTimeout(call?.clock);
      call?.done(message.answer);
    }
  }

  // The answer for one explorer, or null if Python went away meanwhile.
  call(name, params, width) {
    return new Promise((done) => {
      const id = (this.count += 1);
      const clock = setTimeout(() => this.died("Python stopped answering"), this.patience.call);
      this.waiting.set(id, { done, clock });
      this.worker.postMessage({ type: "call", id, name, params, width });
    });
  }

  stop() {
    clearTimeout(this.clock);
    this.worker?.terminate();
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

function explain(reason) {
  if (/named 'numpy'/.test(reason)) return "NumPy could not be loaded";
  if (/fetch|import|network|load/i.test(reason)) return "Python could not be loaded";
  return `Python could not start (${reason.slice(0, 80)})`;
}
