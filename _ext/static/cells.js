// Lets a reader change and run the code cells of a chapter where they stand. What the page knows of
// them stands in a file that _ext/cells.py writes, fetched with the first run: all cells in their
// order, hidden ones too. After each run `document` gets the event "ffn:ran", with the detail
// {page, cell, ok}.
import { get, hear, list, now, remove, set } from "./kept.js";
import { agreed, sparing } from "./sparing.js";

const page = document.querySelector(".ffn-code-page").dataset;
const SOON = 300, LONG = 10; // ms until a run shows that it is working; from so many seconds on a cell says how long it takes
const SLOWER = 10; // times as long as in the build: training took 8 to 30 times as long when measured
const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const button = (text, act, title = "") => {
  const node = make("button", { type: "button", className: "ffn-button", textContent: text, title });
  node.addEventListener("click", act);
  return node;
};

// ---- what is kept in this browser: kept.js says where, and what it tells other pages

const NOT_KEPT = "This browser keeps nothing here: copy what you do not want to lose.";
const nameOf = (id) => `cell/${page.name}/${id}`;

// ---- the one Python of this page

let engine, shown, catalog;
async function python() {
  const [{ CodeEngine, siteConfig }, { Outputs, loadPurify }] = await Promise.all([import("./code_engine.js"), import("./show.js")]);
  shown = Outputs;
  if (navigator.onLine) loadPurify(); // before it is needed
  engine ??= new CodeEngine(siteConfig(), () => engine.generation !== generation && forget());
  return engine;
}
const asked = { get state() { return engine?.state ?? "off"; }, complete: (...a) => engine.complete(...a), inspect: (...a) => engine.inspect(...a) };
const cells = () => (catalog ??= fetch(new URL(page.cells, document.baseURI)).then((r) => (r.ok ? r.json() : Promise.reject(new Error(r.status)))).catch((error) => {
  catalog = null; // the next run asks again
  throw error;
}));

let generation = 0;
const done = new Set(); // the cells that have run in this Python
function forget() {
  generation = engine.generation;
  done.clear();
}

let turn = Promise.resolve(), epoch = 0;
function stopAll() {
  epoch += 1;
  engine?.stop();
}

// ---- one cell with its editor and its output; a scratch cell is one too

class Cell {
  constructor({ name, label, place, book = "", index, removed }) {
    Object.assign(this, { name, label, book, index, removed });
    this.root = make("div", { className: "ffn-cell" });
    this.state = make("span", { className: "ffn-cell-state" });
    this.state.setAttribute("role", "status");
    this.timer = make("span", { className: "ffn-cell-state" }); // not read out each second
    this.timer.setAttribute("aria-hidden", "true");
    this.first = make("p", { className: "ffn-cell-first", hidden: true });
    this.output = make("div", { className: "ffn-cell-output", hidden: true });
    this.output.setAttribute("role", "group");
    this.output.setAttribute("aria-label", `Output of ${label}`);
    this.diff = make("div", { className: "ffn-cell-diff", hidden: true });
    this.working = make("progress", { className: "ffn-progress", hidden: true });
    this.working.setAttribute("aria-label", `${label} runs`);
    this.buttons = {
      run: button("Run", () => this.run(), "Shift+Enter"),
      stop: button("Stop", () => stopAll()),
      compare: button("Compare", () => this.compare()),
      reset: button(removed ? "Remove" : "Reset", () => this.reset()),
      scratch: button("Scratch cell", () => addScratch(this, "", true)),
    };
    this.buttons.stop.hidden = this.buttons.compare.hidden = true;
    for (const [what, node] of Object.entries(this.buttons)) {
      const words = { run: `Run ${label}`, stop: `Stop ${label}`, compare: `Compare ${label} with the book's`, reset: removed ? `Remove ${label}` : `Reset ${label} to the book's`, scratch: `Add a scratch cell below ${label}` };
      node.setAttribute("aria-label", words[what]);
    }
    this.bar = make("div", { className: "ffn-cell-bar" }, ...Object.values(this.buttons), this.state, this.timer);
    this.root.append(this.bar, this.working, this.diff, this.first, this.output);
    place(this.root);
  }
  get text() {
    return this.editor?.value ?? this.book;
  }
  async open(text, focus) {
    if (this.opening) return this.opening.then(() => focus && this.editor.focus());
    this.opening = import("./editor.js").then(async ({ openEditor }) => {
      const place = make("div");
      this.editor = await openEditor(place, { value: text, label: `Code of ${this.label}`, engine: asked, run: () => this.run(), changed: (now) => this.editor && this.changed(now) });
      this.root.prepend(place);
      this.changed(text, true);
      if (focus) this.editor.focus();
    });
    return this.opening;
  }
  say(text, ...more) {
    this.state.replaceChildren(text, ...more);
  }
  changed(text, restored = false) {
    const differs = text !== this.book;
    done.delete(this.name);
    if (!this.removed) {
      this.root.toggleAttribute("data-changed", differs);
      this.buttons.compare.hidden = !differs;
      if (!this.diff.hidden) this.showDifference();
    }
    if (!this.busy) this.say(this.removed ? "" : differs ? "You have changed this cell." : "");
    if (!restored && !this.keep(text)) this.say(NOT_KEPT);
  }
  keep(text) {
    if (this.removed) return set(nameOf(this.name), { code: text, after: this.after });
    return text === this.book ? remove(nameOf(this.name)) : set(nameOf(this.name), { code: text, book: this.book });
  }
  compare() {
    this.diff.hidden = !this.diff.hidden;
    this.buttons.compare.setAttribute("aria-expanded", !this.diff.hidden);
    if (!this.diff.hidden) this.showDifference();
  }
  showDifference() {
    const pre = make("pre", { tabIndex: 0 });
    pre.setAttribute("role", "region");
    pre.setAttribute("aria-label", `What you changed in ${this.label}`);
    for (const [sign, line] of difference(this.book.split("\n"), this.text.split("\n"))) {
      pre.append(make("span", { className: { "−": "ffn-removed", "+": "ffn-added" }[sign] ?? "", textContent: `${sign} ${line}\n` }));
    }
    this.diff.replaceChildren(make("p", { textContent: "− the book's line, + yours" }), pre);
  }
  reset() {
    if (this.removed) return this.removed(this);
    const dropped = this.text;
    remove(nameOf(this.name));
    if (this.busy) stopAll();
    this.close();
    if (dropped !== this.book) this.closed("The book's text and output are back.", button("Bring mine back", () => this.reopen(dropped)));
  }

  // Run this cell, after those above it that have not run yet.
  run() {
    if (this.busy) return;
    if (sparing()) {
      this.say("Running needs Python (about 10 MB, once). ", button("Load it and run", () => { agreed(true); this.run(); }));
      return this.state.querySelector("button").focus();
    }
    this.busy = true;
    const mine = epoch, waits = running !== null;
    if (waits) this.work("This runs when the other cell has finished.");
    else this.work("…");
    turn = turn.then(() => this.perform(mine)).catch((error) => this.rest(`This could not be run: ${error.message}`));
  }
  work(text) {
    this.buttons.stop.hidden = false;
    this.buttons.run.disabled = true;
    this.say(text);
  }
  rest(text) {
    clearInterval(this.clock);
    clearTimeout(this.soon);
    this.timer.textContent = "";
    this.busy = false;
    running = null;
    this.working.hidden = this.buttons.stop.hidden = true;
    if (this.buttons.stop === document.activeElement) this.buttons.run.focus();
    this.buttons.run.disabled = false;
    this.say(text);
  }
  async perform(mine) {
    if (mine !== epoch) return this.rest("Not run.");
    running = this;
    const begun = performance.now(), text = this.text;
    this.soon = setTimeout(() => (this.working.hidden = false), SOON);
    this.clock = setInterval(() => (this.timer.textContent = `${Math.round((performance.now() - begun) / 1000)} s`), 1000);
    const note = (words) => words && words !== this.state.textContent && this.say(words);
    note("Python is starting …");
    const [here, all] = await Promise.all([python(), cells()]);
    if (mine !== epoch) return this.rest("Not run.");
    here.start();
    if (generation !== here.generation) forget();
    this.first.hidden = true;
    const outputs = new shown(this.output, { engine: here, label: `Output of ${this.label}` });
    this.replace();
    if (!(await this.before(all, note, outputs, here))) return;
    const known = all.find((c) => c.id === this.name && text === this.book);
    const long = known?.seconds * SLOWER >= LONG ? `This takes about ${about(known.seconds * SLOWER)}.` : "Running …";
    note(long);
    const result = await here.run(text, { cell: this.label, output: (o) => this.hear(outputs, o), note: (words) => note(words || long) });
    await outputs.last;
    const took = (performance.now() - begun) / 1000;
    if (result.ok) done.add(this.name);
    if (result.stopped) this.rest(`Stopped after ${seconds(took)}. Python starts anew, and earlier cells will run again.`);
    else if (result.died !== undefined) this.rest(lost(result, here));
    else this.rest(result.ok ? `Done in ${seconds(result.seconds)}${outputs.empty ? "; nothing to show." : "."}` : "This ended with an error.");
    if (result.ok && !this.removed) set(`run/${page.name}/${this.name}`, { at: now() });
    document.dispatchEvent(new CustomEvent("ffn:ran", { detail: { page: page.name, cell: this.name, ok: Boolean(result.ok) } }));
  }
  hear(outputs, output) {
    outputs.add(output);
    if (output.output === "error" && output.line) this.editor?.mark(output.line, `${output.type}: ${output.message}`);
  }
  // The cells above: once for each Python, in their order.
  async before(all, note, outputs, here) {
    const open = all.slice(0, this.index).filter((c) => !done.has(c.id));
    const able = open.filter((c) => !c.why), count = able.length;
    for (const [i, cell] of able.entries()) {
      const wait = cell.seconds * SLOWER >= LONG ? `, this one takes about ${about(cell.seconds * SLOWER)}` : "";
      const words = `Earlier cells of this page run first: ${i + 1} of ${count}${wait} …`;
      note(words);
      const view = views.get(cell.id), text = view?.text ?? cell.source;
      let failed = null;
      const result = await here.run(text, { cell: cell.name, quiet: true, output: (o) => o.output === "error" && (failed = o), note: (said) => note(said || words) });
      if (result.stopped) { this.rest("Stopped before this cell began."); return false; }
      if (result.died !== undefined) { this.rest(`In ${cell.name}: ${lost(result, here)}`); return false; }
      if (!result.ok) {
        if (failed) await outputs.add(failed);
        const yours = text !== cell.source ? ", as you changed it," : "";
        this.rest(`Not run, because ${cell.name}${yours} failed.`);
        return false;
      }
      done.add(cell.id);
    }
    const hidden = able.filter((c) => c.id.startsWith("hidden-")).length, left = open.filter((c) => c.why);
    if (count || left.length) {
      const ran = count ? `${count === 1 ? "One earlier cell" : `${count} earlier cells`} of this page ran first${hidden ? ` (${hidden === count ? "not shown" : `${hidden} of them not shown`})` : ""}.` : "";
      const not = left.map((c) => ` ${c.name} was left out: ${c.why}`).join("");
      this.first.textContent = ran + not;
      this.first.hidden = false;
    }
    return true;
  }
  replace() {
    this.output.hidden = false;
    for (const node of this.bookOutput ?? []) node.hidden = true;
  }
}
let running = null;
const lost = ({ died }, { state }) => `${died || "Python went away"}. ${state === "failed" ? "Your text is kept; Run tries again." : "It starts anew; your text is still here."}`;

const seconds = (t) => (t < 0.01 ? "less than 0.01 s" : t < 10 ? `${t.toFixed(t < 1 ? 2 : 1)} s` : `${Math.round(t)} s`);
const about = (t) => (t < 90 ? `${Math.ceil(t / 5) * 5} seconds` : `${Math.round(t / 60)} minutes`);

// The longest common lines stay; the rest is the book's (−) or the reader's (+).
function difference(old, now) {
  const length = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      length[i][j] = old[i] === now[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    }
  }
  const lines = [];
  let i = 0, j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) lines.push([" ", old[(i += 1, i - 1)]]), (j += 1);
    else if (j < now.length && (i === old.length || length[i][j + 1] > length[i + 1][j])) lines.push(["+", now[(j += 1, j - 1)]]);
    else lines.push(["−", old[(i += 1, i - 1)]]);
  }
  return lines;
}

// ---- the book's cells

const views = new Map(); // id -> the view of a cell of the book that is open
class BookCell {
  constructor(root, index) {
    this.root = root;
    this.index = index;
    this.name = root.id;
    this.label = `cell ${root.id.replace("cell-", "")}`;
    this.source = root.querySelector(".cell_input .highlight");
    this.text = this.source.querySelector("pre").textContent.replace(/\n$/, "");
    this.bar = root.querySelector(".ffn-cell-bar");
    this.button = this.bar.querySelector("button");
    this.note = make("span", { className: "ffn-cell-state" });
    this.note.setAttribute("role", "status");
    this.bar.append(this.note);
    this.button.addEventListener("click", () => this.open());
    this.source.addEventListener("click", ({ target }) => getSelection().isCollapsed && !target.closest("button, a") && this.open());
    root.addEventListener("keydown", (event) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (event.key === "e" && plain && !this.view && !event.target.closest("input, textarea, select, [role=slider]")) {
        event.preventDefault();
        this.open();
      }
    });
    const mine = get(nameOf(this.name));
    if (typeof mine?.code === "string" && mine.code !== this.text) {
      this.open(mine.code, false, mine.book !== undefined && mine.book !== this.text);
    }
  }
  open(text = this.text, focus = true, stale = false) {
    if (this.view) return;
    this.source.closest("details")?.setAttribute("open", "");
    const view = new Cell({ name: this.name, label: this.label, book: this.text, index: this.index, place: (node) => this.source.parentElement.after(node) });
    view.bookOutput = [...this.root.children].filter((node) => node.matches(".cell_output"));
    (this.source.closest("details") ?? this.source.closest(".cell_input")).after(view.output);
    this.view = view;
    views.set(this.name, view);
    view.close = () => {
      view.editor?.remove();
      view.root.remove();
      view.output.remove();
      for (const node of view.bookOutput) node.hidden = false;
      this.source.hidden = this.bar.hidden = false;
      this.view = null;
      views.delete(this.name);
      done.delete(this.name);
      this.note.replaceChildren();
      this.button.focus();
    };
    view.closed = (...said) => this.note.replaceChildren(...said);
    view.reopen = (mine) => {
      set(nameOf(this.name), { code: mine, book: this.text });
      this.open(mine);
    };
    this.note.textContent = "";
    view.open(text, focus).then(() => {
      this.source.hidden = this.bar.hidden = true;
      if (stale) view.say("The book's cell has changed since you changed yours: Compare shows how.");
    }, () => {
      view.close();
      this.note.textContent = "The editor could not be loaded; is there a network?";
    });
  }
}

// ---- scratch cells

let scratchCount = 0;
function addScratch(owner, text, focus, number = scratchCount + 1) {
  const after = owner.after ?? owner.name;
  const base = document.getElementById(after);
  if (!base) return;
  scratchCount = Math.max(scratchCount, number);
  let below = base;
  while (below.nextElementSibling?.matches(".ffn-scratch")) below = below.nextElementSibling;
  const box = make("div", { className: "ffn-scratch" });
  (owner.box ?? below).after(box);
  const cell = new Cell({
    name: `scratch-${number}`, label: `scratch cell ${number}`, index: owner.scratchIndex ?? owner.index + 1,
    place: (node) => box.append(make("p", { className: "ffn-cell-title", textContent: "Scratch cell: yours, kept in this browser" }), node),
    removed: (mine) => {
      if (mine.busy) stopAll();
      box.remove();
      remove(nameOf(mine.name));
      (document.getElementById(after)?.querySelector("button, textarea"))?.focus();
    },
  });
  Object.assign(cell, { after, box, scratchIndex: cell.index });
  cell.open(text, focus);
}

// ---- start

const book = new Map();
for (const root of document.querySelectorAll(".cell.ffn-code[id]")) {
  if (root.querySelector(".ffn-cell-bar button")) book.set(root.id, new BookCell(root, Number(root.querySelector(".ffn-cell-bar").dataset.index)));
}
for (const [name, { after, code }] of list(nameOf("scratch-"))) {
  if (book.has(after) && typeof code === "string") addScratch(book.get(after), code, false, Number(name.split("-").at(-1)));
}
// With the pointer over a cell, the key works without a focus.
document.addEventListener("keydown", (event) => {
  if (event.key !== "e" || event.ctrlKey || event.metaKey || event.altKey || event.target !== document.body) return;
  const over = document.querySelector(".cell.ffn-code:hover");
  if (!over || !book.get(over.id) || book.get(over.id).view) return;
  event.preventDefault();
  book.get(over.id).open();
});
hear(nameOf(""), (name, value) => {
  const view = views.get(name.slice(nameOf("").length));
  if (view && value && value.code !== view.text) view.say("This cell was changed in another tab too; what is typed last is kept.");
});
// The notebook's first cell installs the library from where this page is.
document.querySelector("a.ffn-notebook")?.addEventListener("click", async (event) => {
  const link = event.currentTarget;
  event.preventDefault();
  try {
    const text = await (await fetch(link.href)).text();
    const from = JSON.stringify(new URL(link.dataset.wheels, document.baseURI).href);
    const filled = text.replace('site = \\"\\"', () => `site = ${from.replaceAll('"', '\\"')}`);
    const url = URL.createObjectURL(new Blob([filled], { type: "application/x-ipynb+json" }));
    make("a", { href: url, download: link.href.split("/").at(-1) }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  } catch {
    location.href = link.href; // the file as it is: it takes a wheel beside it
  }
});
