// An assignment solved on its page: an editor and Check for each problem, text answers with a
// preview, and the notebook to hand in. What is written is kept in this browser (kept.js) and goes
// nowhere; Python runs in a worker that can be ended at any moment (code_engine.js).
import { CodeEngine, siteConfig } from "./code_engine.js";
import { filled, hash, opened, problems } from "./exercise_notebook.js";
import { keepOffline } from "./keep_offline.js";
import { get, hear, now, remove, set } from "./kept.js";
import { agreed, sparing } from "./sparing.js";

const CHECK = "ffnlib._page.exercise.check";
const PATIENCE = { save: 300, tell: 3_000, grading: 30_000, end: 180_000 }; // ms
const FURTHER = "Grading runs further cases of the same kind, which are not on this site.";

const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== null));
  return node;
};
const button = (text, act, className = "") => {
  const made = make("button", { type: "button", textContent: text, className });
  made.addEventListener("click", act);
  made.addEventListener("mousedown", (event) => event.preventDefault()); // the editor stays in focus, and nothing moves under the mouse
  return made;
};
const listed = (words) => (words.length > 1 ? `${words.slice(0, -1).join(", ")} and ${words.at(-1)}` : words.join(""));

const home = document.querySelector(".ffn-assignment");
const { assignment, notebook } = home.dataset;
const engine = new CodeEngine(siteConfig(), () => engine.state === "live" && keepOffline());
const answers = new Map(); // id -> Answer
let release = null;
let own = false; // this tab is writing: what it hears then is its own

// ---- one problem, whatever is written into it

class Answer {
  constructor(box, problem) {
    this.box = box;
    this.problem = problem;
    this.field = problem.kind === "code" ? "code" : "text";
    this.name = `exercise/${assignment}/${problem.id}`;
    this.title = box.closest("section")?.querySelector("h2")?.firstChild?.textContent.trim() ?? problem.id;
    const kept = get(this.name), text = kept?.[this.field];
    this.text = typeof text === "string" ? text : this.start;
    this.notice = make("div", { className: "ffn-notice" });
    this.notice.setAttribute("role", "status");
    if (this.written && kept.of && kept.of !== problem.version) {
      this.say("This problem has changed on the site since you wrote your answer. The answer was kept; check it again.");
    }
    this.saved = this.text;
    this.kept = true;
  }
  get start() { return this.problem.kind === "code" ? this.problem.stub : ""; }
  get written() { return this.text.trim() !== this.start.trim(); }

  edited(text) {
    if (text === this.text) return;
    this.text = text;
    clearTimeout(this.clock);
    this.clock = setTimeout(() => this.save(), PATIENCE.save);
    this.changed();
  }
  save() {
    clearTimeout(this.clock);
    if (this.saved === this.text && this.kept) return;
    own = true;
    try {
      this.kept = this.written ? set(this.name, { [this.field]: this.text, of: this.problem.version }) : remove(this.name);
    } finally {
      own = false;
    }
    if (this.kept) this.saved = this.text;
    else this.say("Your browser does not keep this answer: download your notebook before you leave the page.");
    told();
  }
  // Another text in the place of what stands here, which can be brought back.
  replace(text, sentence, again = "Bring back what stood here") {
    const before = this.text;
    if (text === before) return;
    this.put(text);
    this.save();
    const lost = before.trim() && before.trim() !== this.start.trim();
    this.say(sentence, lost && button(again, () => { this.put(before); this.save(); this.say(""); }));
  }
  say(sentence, ...more) {
    this.notice.replaceChildren(...(sentence ? [make("p", {}, sentence, " ", ...more.filter(Boolean))] : []));
  }
  elsewhere(value) {
    const text = value?.[this.field];
    const theirs = typeof text === "string" ? text : this.start;
    if (theirs === this.text) return;
    clearTimeout(this.clock);
    this.replace(theirs, "This answer was changed in another tab, and stands here as it is there now.");
  }
  changed() {}
}

// ---- code, which can be checked

class Code extends Answer {
  constructor(box, problem) {
    super(box, problem);
    const stub = box.querySelector("[class*=highlight-]");
    this.place = make("div", { className: "ffn-place" });
    this.checking = button("Check", () => this.check(), "ffn-check");
    this.stopping = button("Stop", () => engine.stop());
    this.stopping.hidden = true;
    this.resetting = button("Reset", () => this.replace(this.start, "The answer is back at its start.", "Bring back your answer"));
    this.state = make("span", { className: "ffn-state" });
    this.state.setAttribute("role", "status");
    this.result = make("div", { className: "ffn-outcome" });
    this.result.setAttribute("role", "status");
    const row = make("div", { className: "ffn-row" }, this.checking, this.stopping, this.resetting, this.state);
    stub.replaceWith(this.place, row, this.notice, this.result);
    this.changed();
  }
  async open() {
    const area = make("textarea", { value: this.text, spellcheck: false, className: "ffn-plain", rows: Math.min(24, this.text.split("\n").length + 1) });
    area.setAttribute("aria-label", `Your answer: ${this.title}`);
    try {
      const { openEditor } = await import("./editor.js");
      const options = { value: this.text, label: `Your answer: ${this.title}`, run: () => this.check(), changed: (text) => this.edited(text), engine };
      this.editor = await openEditor(this.place, options);
    } catch (problem) {
      console.warn("editor", problem);
      this.place.replaceChildren(area); // plain, and as good for all that counts
      area.addEventListener("input", () => this.edited(area.value));
      this.editor = area;
    }
    this.place.addEventListener("focusin", warm, { once: true });
    this.box.dataset.ready = "true";
  }
  put(text) {
    this.text = text;
    const active = document.activeElement, at = scrollY;
    this.editor.value = text;
    active?.focus?.({ preventScroll: true });
    scrollTo(scrollX, at);
    this.changed();
  }
  changed() {
    const passed = get(`solved/${assignment}/${this.problem.id}`)?.of === hash(this.text);
    if (!this.busy) this.state.textContent = passed ? "✓ passed the visible cases" : "";
    this.box.dataset.passed = passed;
    told();
  }

  async check() {
    if (this.busy) return;
    if (sparing() && engine.state === "off") {
      agreed(true);
      this.checking.textContent = "Load Python and check";
      return this.show([make("p", {}, "Checking needs Python, about 9 MB, which is loaded once. Choose “Load Python and check” to go on.")]);
    }
    this.save();
    this.busy = true;
    const begun = performance.now();
    this.checking.textContent = "Check";
    this.checking.disabled = true;
    this.stopping.hidden = false;
    this.state.textContent = "Checking …";
    const text = this.text, given = make("div", { className: "ffn-printed" });
    this.result.replaceChildren();
    const { Outputs, errorBox } = await import("./show.js");
    const outputs = new Outputs(given, { engine, label: "what your cell printed" });
    const clocks = this.watch();
    const asked = [cellsBefore(this.problem), text, this.problem.test];
    const heard = { output: (output) => outputs.add(output), note: (words) => this.busy && (this.state.textContent = words || "Checking …") };
    const answer = await engine.call(CHECK, asked, heard);
    await outputs.last;
    clocks.forEach(clearTimeout);
    this.box.dataset.took = performance.now() - begun; // ms, for the benchmark
    this.busy = false;
    this.checking.disabled = false;
    if (document.activeElement === this.stopping) this.checking.focus();
    this.stopping.hidden = true;
    this.state.textContent = "";
    if (answer.value) this.tell(answer.value, text, given, outputs.empty, errorBox);
    else if (answer.stopped) this.show([head(false, "Stopped"), make("p", {}, this.overtime ? "It ran for three minutes and was stopped. Does a loop never end? Your answer is kept." : "Python was started anew, and your answer is kept.")]);
    else if (answer.error) this.show([head(false, "The check could not be run"), errorBox(answer.error)]);
    else this.show([head(false, "Not checked"), make("p", {}, `${answer.died || answer.reason || "Python stopped"}. Your answer is kept; the next check starts a new Python.`)]);
    this.box.dataset.checks = Number(this.box.dataset.checks ?? 0) + 1;
    this.changed();
  }
  watch() {
    this.overtime = false;
    const after = (time, words) => setTimeout(() => { this.state.textContent = words; }, time);
    return [
      after(PATIENCE.tell, "Still running …"),
      after(PATIENCE.grading, "Still running after 30 seconds. Large matrices are slower here than in Jupyter; grading stops a problem after 30 seconds."),
      setTimeout(() => { this.overtime = true; engine.stop(); }, PATIENCE.end),
    ];
  }
  tell({ passed, said, earlier, error }, text, given, silent, errorBox) {
    const shown = [head(passed, passed ? "Passed" : "Not passed")];
    if (error) shown.push(errorBox(error));
    else shown.push(block(said, "ffn-message", "what the check says"));
    if (passed) shown.push(make("p", {}, FURTHER));
    if (!silent) shown.push(given);
    if (!passed) for (const [words, problem] of earlier) shown.push(make("p", {}, `Run first and stopped: ${words} (${problem}).`));
    this.show(shown);
    if (passed) set(`solved/${assignment}/${this.problem.id}`, { at: now(), of: hash(text) });
  }
  show(nodes) {
    this.result.replaceChildren(...nodes);
  }
}
const head = (good, words) => make("p", { className: `ffn-outcome-head ${good ? "ffn-good" : "ffn-bad"}` }, make("span", { ariaHidden: "true" }, good ? "✓ " : "✗ "), words);
function block(text, className, label) {
  const made = make("pre", { className, textContent: text.trimEnd(), tabIndex: 0 });
  made.setAttribute("role", "region");
  made.setAttribute("aria-label", label);
  return made;
}
function cellsBefore({ before }) {
  return before.map(({ id, source }) => (id ? [`your answer to ${id}`, answers.get(id).text] : ["a cell of the notebook", source]));
}
function warm() {
  if (!sparing() && engine.state === "off") engine.start();
}

// ---- text, which a teacher marks

const LONGEST = 50_000; // characters

class Written extends Answer {
  constructor(box, problem) {
    super(box, problem);
    const stub = box.querySelector("p"), id = `ffn-text-${problem.id}`;
    this.area = make("textarea", { id, value: this.text, rows: 10, className: "ffn-text-answer" });
    this.area.setAttribute("aria-describedby", `${id}-help`);
    this.editor = this.area;
    const label = make("label", { htmlFor: id, textContent: "Your answer" });
    const help = make("p", { id: `${id}-help`, className: "ffn-help", textContent: "Markdown; formulas between dollar signs, as in $C = BA$. Marked by hand." });
    this.look = make("div", { className: "ffn-preview", hidden: true });
    this.look.setAttribute("role", "region");
    this.look.setAttribute("aria-label", "Preview of your answer");
    this.previewing = button("Preview", () => this.preview(this.look.hidden));
    this.previewing.setAttribute("aria-expanded", "false");
    this.resetting = button("Reset", () => this.replace("", "The answer is empty again.", "Bring back your answer"));
    stub.replaceWith(label, this.area, help, make("div", { className: "ffn-row" }, this.previewing, this.resetting), this.notice, this.look);
    this.questions = box.querySelector(".ffn-self-check");
    for (const item of this.questions?.querySelectorAll("li") ?? []) {
      const tick = make("input", { type: "checkbox" });
      item.replaceChildren(make("label", {}, tick, make("span", {}, ...item.childNodes)));
    }
    this.area.addEventListener("input", () => this.edited(this.area.value));
    this.area.addEventListener("paste", (event) => this.limit(event, event.clipboardData));
    this.area.addEventListener("drop", (event) => this.limit(event, event.dataTransfer));
    this.changed();
  }
  async open() { this.box.dataset.ready = "true"; }
  limit(event, data) {
    const { value, selectionStart, selectionEnd } = this.area;
    const room = LONGEST - value.length + selectionEnd - selectionStart, length = data?.getData("text/plain").length ?? 0;
    if (length <= room) return;
    event.preventDefault();
    this.say(`These ${length.toLocaleString("en")} characters were not inserted: an answer holds at most ${LONGEST.toLocaleString("en")}. What was here is unchanged.`);
  }
  put(text) {
    this.text = this.area.value = text;
    this.changed();
  }
  changed() {
    if (this.questions) this.questions.hidden = !this.written;
    if (this.look && !this.look.hidden) {
      clearTimeout(this.drawing);
      this.drawing = setTimeout(() => this.preview(true), PATIENCE.save);
    }
    told();
  }
  async preview(open) {
    this.previewing.textContent = open ? "Hide the preview" : "Preview";
    this.previewing.setAttribute("aria-expanded", open);
    this.look.hidden = !open;
    if (!open) return;
    const { render } = await import("./written.js");
    await render(this.text, this.look);
  }
}

// ---- the notebook

const progress = make("p", { className: "ffn-count" });
const notice = () => {
  const made = make("div", { className: "ffn-notice" });
  made.setAttribute("role", "status");
  return made;
};

function told() {
  if (!answers.size) return;
  const every = [...answers.values()], code = every.filter(({ field }) => field === "code");
  const passed = code.filter(({ box }) => box.dataset.passed === "true").length;
  progress.textContent = `${every.filter((one) => one.written).length} of ${every.length} problems answered; ${passed} of ${code.length} pass the visible cases.`;
}
function say(place, ...nodes) {
  place.replaceChildren(...nodes.map((node) => (typeof node === "string" ? make("p", {}, node) : node)));
}

function download(place) {
  for (const one of answers.values()) one.save();
  const every = [...answers.values()], full = every.filter((one) => one.written);
  const text = filled(release, Object.fromEntries(full.map((one) => [one.problem.id, one.text])));
  const name = notebook.split("/").at(-1);
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" })), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  const empty = every.filter((one) => !one.written).map((one) => one.problem.id);
  say(place, `Saved as ${name}, with ${full.length} of ${every.length} answers: hand in this file, under this name.`, ...(empty.length ? [`Still empty: ${listed(empty)}.`] : []));
}

async function open(file, place) {
  let found;
  try {
    if (file.size > 50_000_000) throw new Error("This file is larger than any notebook of this course: at most 50 MB.");
    found = opened(await file.text(), release, assignment);
  } catch (problem) {
    return say(place, `${problem.message} Nothing was changed.`);
  }
  const before = new Map(), same = [], empty = [];
  for (const [id, text] of Object.entries(found.answers)) {
    const one = answers.get(id), blank = text.trim() === one.problem.stub.trim() || !text.trim();
    if (blank) empty.push(id);
    else if (text.trim() === one.text.trim()) same.push(id);
    else before.set(one, one.text), one.put(text), one.save(), one.say("");
  }
  const taken = [...before.keys()].map((one) => one.problem.id);
  const sentences = [
    taken.length ? `Taken from ${file.name}: ${listed(taken)}.` : `Nothing in ${file.name} differs from what stands here.`,
    ...(same.length && taken.length ? [`The same in both: ${listed(same)}.`] : []),
    ...(empty.length ? [`Empty in the notebook, so what stands here was kept: ${listed(empty)}.`] : []),
    ...found.sentences,
  ];
  const undo = button("Undo: bring back what stood here", () => {
    for (const [one, text] of before) one.put(text), one.save();
    say(place, "What stood here before is back.");
  });
  say(place, ...sentences, ...(taken.length ? [undo] : []));
}

const saving = (message) => button("Download my notebook", () => download(message), "ffn-main");
function ending() {
  const message = notice();
  return make("div", { className: "ffn-desk" }, make("div", { className: "ffn-row" }, saving(message)), message);
}
function bar() {
  const message = notice();
  const choose = make("input", { type: "file", accept: ".ipynb,application/json", hidden: true });
  choose.setAttribute("aria-label", "A notebook to open");
  choose.addEventListener("change", () => {
    const [file] = choose.files;
    choose.value = ""; // the same file may be chosen again
    if (file) open(file, message);
  });
  return make("div", { className: "ffn-desk" },
    make("p", {}, "Write your answers into the editors below and choose ", make("em", {}, "Check"), ": it runs the visible cases, as the test cells do in Jupyter. ", FURTHER, " What you write is kept in this browser and sent nowhere; to hand it in, download your notebook."),
    make("div", { className: "ffn-row" }, saving(message), button("Open my notebook …", () => choose.click()), choose),
    progress, message);
}

// ---- start

async function start() {
  const place = home.querySelector(".ffn-desk-place"); // keeps what follows where it is
  try {
    const response = await fetch(new URL(notebook, document.baseURI));
    if (!response.ok) throw new Error(response.status);
    release = await response.json();
  } catch (problem) {
    console.warn("exercises", problem);
    place.replaceWith(make("p", { className: "ffn-notice" }, "The assignment's notebook could not be loaded, so nothing can be written here now. Reload the page; what you wrote before is kept."));
    return;
  }
  const boxes = new Map([...document.querySelectorAll(".ffn-solve")].map((box) => [box.dataset.problem, box]));
  for (const problem of problems(release)) {
    answers.set(problem.id, new (problem.kind === "code" ? Code : Written)(boxes.get(problem.id), problem));
  }
  place.replaceWith(bar());
  [...boxes.values()].at(-1).after(ending());
  for (const one of answers.values()) await one.open();
  told();
  hear(`exercise/${assignment}/`, (name, value) => {
    if (own) return;
    if (name.endsWith("/")) for (const one of answers.values()) one.elsewhere(undefined); // all was erased
    else answers.get(name.split("/").at(-1))?.elsewhere(value);
  });
  hear(`solved/${assignment}/`, () => { for (const one of answers.values()) one.changed(); });
  addEventListener("pagehide", () => { for (const one of answers.values()) one.save(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) for (const one of answers.values()) one.save(); });
  addEventListener("beforeunload", (event) => {
    for (const one of answers.values()) one.save();
    if ([...answers.values()].some((one) => !one.kept && one.written)) event.preventDefault();
  });
  home.dataset.ready = "true";
}
start();

// A formula that is wider than a phone is scrolled, with the keyboard too.
addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  for (const formula of document.querySelectorAll('mjx-container[display="true"]')) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
  }
});
