// Brings the explorers of a page to life: from the sweeps computed with the book at once, from
// Python in a worker as soon as that is there.
import { Engine } from "./engine.js";
import explorer from "./explorer.js";
import { keepOffline } from "./keep_offline.js";
import { agreed, sparing } from "./sparing.js";

const config = JSON.parse(document.getElementById("ffn-config").textContent);
const at = (path) => new URL(path, document.baseURI).href;
const figures = [...document.querySelectorAll("figure.ffn-explorer")];
const names = [...new Set(figures.map((figure) => figure.dataset.explorer))];
const urls = { names, pyodide: at(config.pyodide), wheel: at(config.wheel), snapshot: config.snapshot && at(config.snapshot), patience: config.patience };
const mounted = new Map(); // key -> model
const engine = new Engine(urls, () => {
  for (const [id, model] of mounted) {
    if (!model.figure.isConnected) mounted.delete(id); // of a cell that was run again
    if (model.python !== engine) continue;
    model.put("status", { state: engine.state, reason: engine.reason });
    if (engine.state === "live" || engine.state === "failed") model.again();
  }
});

// What explorer.js expects of a model, as far as it uses it.
class Model {
  constructor(figure, python) {
    this.figure = figure;
    this.python = python;
    this.spec = JSON.parse(figure.querySelector(".ffn-spec").textContent);
    this.own = figure.id !== this.spec.key; // a cell's: no link leads to it
    this.sweeps = new Map();
    this.heard = {};
    this.last = this.spec.start;
    this.first = {
      svg: {
        wide: figure.querySelector(".ffn-wide").innerHTML,
        narrow: figure.querySelector(".ffn-narrow").innerHTML,
      },
      text: figure.querySelector(".ffn-text").textContent,
      table: figure.querySelector("table")?.outerHTML ?? "",
    };
    this.values = {
      spec: this.spec,
      status: { state: python.state, reason: python.reason },
      picture: this.start("wide"),
      permalink: this.own ? undefined : () => permalink(this),
      embed: this.own ? undefined : () => embed(this),
      golive: () => { agreed(true); python.start(); },
      halt: (urgent) => python.halt(urgent),
    };
  }
  get(name) { return this.values[name]; }
  set(name, value) { this.values[name] = value; }
  put(name, value) {
    this.values[name] = value;
    for (const hear of this.heard[`change:${name}`] ?? []) hear();
  }
  on(event, hear) { (this.heard[event] ??= new Set()).add(hear); }
  off(event, hear) { this.heard[event]?.delete(hear); }
  save_changes() {
    const now = JSON.stringify(this.values.request.params);
    if (!this.own && !this.unasked && now !== (this.remembered ?? JSON.stringify(this.spec.start))) remember(this);
    this.remembered = now;
    this.unasked = false;
    this.answer(this.values.request);
  }
  // A figure that waits for a touch has not been touched by a window that changed its size.
  untouched(params) {
    return "waits" in this.figure.dataset && JSON.stringify(params) === JSON.stringify(this.spec.start);
  }
  again() {
    const { waiting, approximate, given_up } = this.values.picture;
    if ((waiting || approximate) && !given_up) this.answer(this.values.request);
  }

  start(width) {
    const { svg, text, table } = this.first;
    return { svg: svg[width], text, table, params: this.spec.start, notes: [] };
  }

  async answer(request) {
    const { seq, params, width } = request;
    if (this.python.state === "live") {
      const answer = await this.python.call(this.spec.name, params, width, (share) => this.put("progress", share));
      if (answer) return this.reply(request, answer);
    } else if (this.python.state === "off" && !this.untouched(params)) {
      this.python.start();
    }
    const { allowed, notes, wrong } = check(this.spec, params);
    if (wrong) return this.put("picture", { seq, error: wrong });
    const changed = this.spec.controls.filter((c) => JSON.stringify(allowed[c.name]) !== JSON.stringify(this.last[c.name]));
    this.last = allowed;
    const picture = await this.baked(allowed, width);
    if (picture) return this.reply(request, { ...picture, params: allowed, notes });
    const waiting = WAITING[this.python.state] ?? WAITING.failed, given_up = this.python.state === "failed";
    const near = given_up ? null : await this.nearest(allowed, changed, width);
    if (this.python.state === "live" && request === this.values.request) return this.answer(request); // it came meanwhile
    this.reply(request, near ? { ...near, params: allowed, approximate: true, notes: [...notes, waiting, NEAR] } : { waiting, given_up });
  }
  reply(request, answer) {
    if (request !== this.values.request) return;
    const notes = this.refused && answer.notes ? [this.refused, ...answer.notes] : answer.notes;
    if (answer.notes) this.refused = "";
    this.put("picture", { seq: request.seq, ...answer, notes });
  }

  // One control off its start, the others on it: the book has computed that.
  async baked(params, width) {
    const { controls, start } = this.spec;
    const moved = controls.filter((c) => JSON.stringify(params[c.name]) !== JSON.stringify(start[c.name]));
    if (moved.length === 0) return this.start(width);
    if (moved.length > 1 || !BAKED.has(moved[0].kind)) return null;
    const sweep = await this.sweep(moved[0].name, width);
    return frame(sweep, sweep?.stops.indexOf(params[moved[0].name]));
  }
  // The picture that the book has of what was moved last, as if all else were at its start.
  async nearest(params, changed, width) {
    const control = changed.find((c) => BAKED.has(c.kind)) ?? (changed.length ? null : this.nearTo);
    this.nearTo = control;
    const sweep = control && (await this.sweep(control.name, width));
    if (!sweep) return null;
    const value = params[control.name], exact = sweep.stops.indexOf(value);
    if (exact >= 0 || typeof value !== "number") return frame(sweep, exact);
    const far = sweep.stops.map((stop) => Math.abs(stop - value));
    return frame(sweep, far.indexOf(Math.min(...far)));
  }
  sweep(control, width) {
    if (this.own) return Promise.resolve(null); // the book has none of a cell's
    const file = `${this.spec.key}.${control}.${width}.json`;
    if (!this.sweeps.has(file)) {
      const loaded = fetch(at(`${config.sweeps}${file}`)).then((r) => (r.ok ? r.json() : null), () => null);
      this.sweeps.set(file, loaded);
    }
    return this.sweeps.get(file);
  }
  // What the reader may want next is fetched before it is asked for. A run is likely to be played; its
  // other controls have long sweeps, which wait until the figure is touched.
  fetchSweeps(touched) {
    const width = this.figure.clientWidth < 560 ? "narrow" : "wide";
    const runs = this.spec.controls.some((c) => c.kind === "steps");
    for (const { kind, name } of this.spec.controls) {
      if (BAKED.has(kind) && (touched || !runs || kind === "steps")) this.sweep(name, width);
    }
  }
}

function frame(sweep, stop) {
  if (!sweep || stop < 0) return null;
  const svg = sweep.frames[stop].map((part) => sweep.parts[part]).join("");
  return { svg, text: sweep.texts[stop], table: sweep.tables[stop] };
}

const BAKED = new Set(["slider", "choice", "toggle", "button", "steps"]);
const WAITING = {
  off: "This needs live Python, which is about to start.",
  ask: "This needs live Python: choose “go live” to load it (about 9 MB).",
  starting: "This needs live Python, which is starting; the picture will follow.",
  live: "This needs live Python, which is being restarted; the picture will follow.",
  failed: "This needs live Python, which could not be started here; the last picture stays.",
};

const NEAR = "Until then the picture and the sentence are approximate: of the control moved last, with the others at their start.";

// Python checks again; this is for the time before it is there.
function check(spec, params) {
  const allowed = { ...params }, notes = [];
  for (const c of spec.controls) {
    if (c.kind !== "slider" && c.kind !== "number") continue;
    const value = params[c.name];
    if (typeof value !== "number" || Number.isNaN(value)) return { wrong: `${c.label} must be a number.` };
    const inside = Math.min(Math.max(value, c.lo), c.hi);
    allowed[c.name] = Number((c.lo + Math.round((inside - c.lo) / c.step) * c.step).toFixed(10));
    if (inside !== value) notes.push(`${c.label} was set to ${inside}, its ${value > inside ? "largest" : "smallest"} value.`);
  }
  return { allowed, notes };
}

// ---- permalinks: #neurons-neuron?w=2&activation=tanh

function fragment(model) {
  const params = model.values.request?.params ?? model.spec.start;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (JSON.stringify(value) === JSON.stringify(model.spec.start[name])) continue;
    query.set(name, typeof value === "object" ? JSON.stringify(value) : value);
  }
  return `#${model.spec.key}${query.size ? `?${query}` : ""}`;
}
// The same state on the explorer's own page, in a frame. A figure of a chapter may start elsewhere.
function embed(model) {
  const { name, key, title, start } = model.spec, own = name.replace(".", "-");
  const query = new URLSearchParams();
  for (const [parameter, value] of Object.entries(model.values.request?.params ?? start)) {
    if (key === own && JSON.stringify(value) === JSON.stringify(start[parameter])) continue;
    query.set(parameter, typeof value === "object" ? JSON.stringify(value) : value);
  }
  const src = new URL(`${own}.html#${own}${query.size ? `?${query}` : ""}`, at(config.explorers));
  const height = Math.ceil((model.figure.getBoundingClientRect().height + 60) / 10) * 10;
  return `<iframe src="${src.href.replaceAll("&", "&amp;")}" title="${title.replaceAll('"', "&quot;")}" width="100%" height="${height}" style="border:0" loading="lazy" allow="clipboard-write"></iframe>`;
}
const permalink = (model) => new URL(fragment(model), location.href).href;

let writing;
function remember(model) {
  clearTimeout(writing);
  writing = setTimeout(() => history.replaceState(history.state, "", fragment(model)), 400);
}

// The value that a link names, or undefined if the control cannot take such a thing.
function parse(control, text) {
  if (control.kind === "choice") {
    const same = (option) => String(option) === text || (typeof option === "number" && text.trim() && Number(text) === option);
    return control.options.find(same); // 3.0 is written in a link as in Python
  }
  if (control.kind === "toggle") return { true: true, false: false }[text];
  if (control.kind === "text") return text;
  if (control.kind === "drawing") return /^(|[0-9a-f]+)$/.test(text) && [0, control.side ** 2 / 4].includes(text.length) ? text : undefined;
  if (["points", "several", "picked"].includes(control.kind)) return list(control, text);
  const value = text.trim() === "" ? NaN : Number(text);
  const counts = control.kind === "button" || control.kind === "steps";
  return Number.isFinite(value) && (!counts || (Number.isInteger(value) && value >= 0)) ? value : undefined;
}
function list({ kind, n, options }, text) {
  const point = (p) => p.length === 2 && p.every(Number.isFinite);
  try {
    const value = JSON.parse(text);
    if (kind === "picked") return Array.isArray(value) && value.every((v) => typeof v === "string") ? value : undefined;
    const good = kind === "points" ? value.length === n && value.every(point) : value.length && value.every((v) => options.includes(v));
    return good ? value : undefined;
  } catch {
    return undefined; // no list at all
  }
}

function follow(hash, seen = true) {
  const [key, query = ""] = hash.slice(1).split("?");
  const model = mounted.get(key);
  if (!model) return false;
  const wanted = {}, refused = [];
  for (const [name, text] of new URLSearchParams(query)) {
    const control = model.spec.controls.find((c) => c.name === name);
    const value = control && parse(control, text);
    if (value === undefined) refused.push(`${control?.label ?? name} “${text.slice(0, 40)}”`);
    else wanted[name] = value;
  }
  model.refused = refused.length ? `The link's ${refused.join(" and ")} is not possible here and was left out.` : "";
  clearTimeout(writing); // the address is the link's own: a late write of another figure's would undo it
  model.unasked = true;
  model.put("wanted", wanted);
  if (seen) requestAnimationFrame(() => bring(model.figure)); // with the frame's own layout
  return true;
}

// The whole picture and its controls come into view, below what the theme keeps at the top; where
// they do not fit, the picture's top does.
function bring(figure) {
  const frame = figure.querySelector(".ffn-frame") ?? figure;
  const { top, bottom, height } = frame.getBoundingClientRect();
  const covered = heldAtTop();
  const seen = top >= covered && bottom <= innerHeight;
  if (!seen) scrollBy({ top: height > innerHeight - covered || top < covered ? top - covered : bottom - innerHeight + 8 });
}
function heldAtTop() {
  const bar = document.querySelector(".bd-header-article");
  return bar && getComputedStyle(bar).position === "sticky" ? bar.offsetHeight + 8 : 8;
}
document.documentElement.style.setProperty("--ffn-top", `${heldAtTop() - 8}px`);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  if (!follow(link.getAttribute("href"))) return;
  event.preventDefault();
  history.pushState(null, "", link.getAttribute("href"));
  linked = mounted.get(location.hash.slice(1).split("?")[0]);
});
addEventListener("hashchange", ({ newURL }) => follow(new URL(newURL).hash)); // not location's: it may have changed since
let linked = null; // Back before the first link: the figure as the page had it
addEventListener("popstate", () => location.hash || linked?.put("wanted", {}));
// A question sets the figure below it, out of sight: the address stays the reader's own.
document.addEventListener("ffn-follow", ({ detail }) => follow(detail, false));

// ---- start

// A figure that a cell has made may bring a Python of its own (show.js), with the methods of Engine.
export function mount(figure, python = engine) {
  const model = new Model(figure, python);
  const root = document.createElement("div");
  model.values.picture = model.start(figure.clientWidth < 560 ? "narrow" : "wide");
  explorer.render({ model, el: root });
  figure.replaceChildren(root); // only now: if anything failed, the picture in the page stays
  mounted.set(figure.id, model);
  for (const event of ["pointerover", "focusin"]) figure.addEventListener(event, () => model.fetchSweeps(true), { once: true });
  figure.dataset.mounted = "true";
}

const spare = sparing();
if (spare) engine.state = "ask";

for (const figure of figures) {
  try {
    mount(figure);
  } catch (error) {
    console.warn("explorer", figure.id, error); // the picture in the page stays
  }
}
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    mounted.get(target.id)?.fetchSweeps(false);
  }
}, { rootMargin: "300px" });
const seen = new IntersectionObserver((entries) => {
  if (spare || !entries.some((entry) => entry.isIntersecting)) return;
  seen.disconnect();
  // At the latest in a second: where others keep the processor busy, no moment is idle.
  (window.requestIdleCallback ?? setTimeout)(() => engine.start(), { timeout: 1000 });
});
for (const figure of figures) {
  if ("waits" in figure.dataset) continue; // the first page: nothing is loaded before a touch
  near.observe(figure);
  seen.observe(figure);
}
if (location.hash && follow(location.hash)) stayWith(mounted.get(location.hash.slice(1).split("?")[0]).figure);

// While the page is still being laid out (formulas, fonts) the figure stays in view, until the reader moves.
function stayWith(figure) {
  const still = new ResizeObserver(() => bring(figure));
  still.observe(document.body);
  const leave = () => still.disconnect();
  for (const event of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(event, leave, { once: true, passive: true });
  addEventListener("load", () => setTimeout(leave, 3000), { once: true });
  if (document.readyState === "complete") setTimeout(leave, 3000);
}

if (!spare && figures.some((figure) => !("waits" in figure.dataset))) keepOffline();
