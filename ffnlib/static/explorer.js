// The front end of an explorer, in anywidget's form: it inserts the picture that Python drew, runs
// the controls and reports gestures. It computes and draws nothing. In Jupyter the model is the
// kernel's; on the site it is the small stand-in of host.js.

const NARROW_BELOW = 560; // px; from here on the panels stand side by side
const PATIENCE = 8000; // ms after which an unanswered request no longer blocks the next
const REST = 350; // ms without a change after which a drag is over
const WORKING = 150, LONG = 1000; // ms after which a computation shows, and says, that it goes on

function render({ model, el }) {
  const spec = model.get("spec");
  const view = build(el, spec, model);
  const state = { ...(model.get("picture")?.params ?? spec.start) };
  const asked = { id: Math.random().toString(36).slice(2), n: 0, open: 0, stale: false };

  let width = "wide"; // kept, because reading it from the page would lay that out anew

  // One request at a time; what changes meanwhile is asked once, with the latest values.
  function ask() {
    if (asked.open && performance.now() - asked.open < PATIENCE) {
      asked.stale = true;
      if (view.works.on()) model.get("halt")?.(false); // nobody waits for the last one any more
      return;
    }
    asked.since = asked.open = performance.now();
    asked.stale = false;
    asked.n += 1;
    view.works.begin();
    model.set("request", { seq: `${asked.id}:${asked.n}`, params: { ...state }, width });
    model.save_changes();
  }
  // A run starts again when anything but its clock, or what is only shown of it, changes.
  const clock = spec.controls.find((c) => c.kind === "steps");
  function set(changes) {
    const restarts = clock && !(clock.name in changes) && Object.keys(changes).some((n) => !clock.views.includes(n));
    Object.assign(state, restarts ? { [clock.name]: 0 } : {}, changes);
    syncControls(view, spec, state);
    ask();
  }
  function answered() {
    const answer = model.get("picture");
    if (answer.seq === `${asked.id}:${asked.n}`) {
      asked.open = 0;
      view.works.end();
    }
    if (!(asked.stale && answer.given_up)) show(view, answer);
    const took = performance.now() - asked.since;
    const held = Boolean(answer.waiting) || Boolean(answer.approximate); // until Python is there
    if (!asked.stale && answer.params && !held) {
      Object.assign(state, answer.params); // a value may have been clamped
      syncControls(view, spec, state);
    }
    if (asked.stale && !asked.open) ask();
    else if (clock) view.inputs[clock.name].answered(took, { held, failed: Boolean(answer.error || answer.given_up) });
  }
  const restatus = () => showStatus(view, model);
  const told = () => view.works.say(model.get("progress"));
  const wanted = () => set({ ...spec.start, ...model.get("wanted") });

  addControls(view, spec, model, state, set);
  addGestures(view, spec, state, set);
  view.reset.addEventListener("click", () => {
    if (clock) view.inputs[clock.name].stop();
    set(structuredClone(spec.start));
  });
  model.on("change:picture", answered);
  model.on("change:status", restatus);
  model.on("change:wanted", wanted);
  model.on("change:progress", told);
  show(view, model.get("picture"));
  restatus();

  const observer = new ResizeObserver(([{ contentRect }]) => {
    const now = contentRect.width && contentRect.width < NARROW_BELOW ? "narrow" : "wide";
    if (!contentRect.width || now === width) return;
    width = now;
    ask();
  });
  observer.observe(el);
  return () => {
    observer.disconnect();
    model.off("change:picture", answered);
    model.off("change:status", restatus);
    model.off("change:wanted", wanted);
    model.off("change:progress", told);
    view.works.end();
  };
}

// ---- the parts of the page

const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

function build(el, spec, model) {
  const view = {
    root: el,
    title: make("p", { className: "ffn-title", textContent: spec.title }),
    status: make("span", { className: "ffn-status" }),
    live: make("button", { className: "ffn-button", type: "button", textContent: "go live", hidden: true }),
    link: make("button", { className: "ffn-button ffn-link", type: "button", textContent: "copy link" }),
    embed: make("button", { className: "ffn-button ffn-embed", type: "button", textContent: "embed" }),
    reset: make("button", { className: "ffn-button ffn-reset", type: "button", textContent: "reset" }),
    picture: make("div", { className: "ffn-picture" }),
    tip: make("div", { className: "ffn-tip", hidden: true }),
    works: works(() => model.get("halt")?.(true)),
    controls: make("div", { className: "ffn-controls" }),
    text: make("p", { className: "ffn-text" }),
    spoken: make("p", { className: "ffn-spoken" }),
    notes: make("p", { className: "ffn-notes", hidden: true }),
    details: make("details", { hidden: true }),
    inputs: {},
  };
  view.status.setAttribute("role", "status");
  view.text.setAttribute("aria-live", "polite");
  view.spoken.setAttribute("aria-live", "polite");
  view.notes.setAttribute("role", "status");
  view.tip.setAttribute("aria-live", "polite");
  view.reset.setAttribute("aria-label", `reset ${spec.title}`);
  view.link.setAttribute("aria-label", `copy link to ${spec.title} as it is now`);
  view.embed.setAttribute("aria-label", `embed: copy the code of a frame with ${spec.title} as it is now`);
  view.controls.setAttribute("role", "group");
  view.controls.setAttribute("aria-label", `${spec.title}: controls`);
  view.table = make("div", { className: "ffn-table" });
  view.details.append(make("summary", { textContent: "The numbers" }), view.table);
  copies(view.link, model.get("permalink"), "link copied");
  copies(view.embed, model.get("embed"), "code copied");
  view.live.addEventListener("click", () => model.get("golive")?.());
  const bar = make("div", { className: "ffn-bar" }, view.title, view.status, view.live, view.link, view.embed, view.reset);
  const stage = make("div", { className: "ffn-stage" }, view.works.node, view.picture, view.tip);
  const body = make("div", { className: "ffn-body" }, stage, view.controls);
  view.frame = make("div", { className: "ffn-frame" }, bar, body); // what is to be seen at once
  el.classList.add("ffn-root");
  // Jupyter's shortcuts would take arrow keys and letters; those with Ctrl, to save for instance, it gets.
  el.addEventListener("keydown", (event) => event.ctrlKey || event.metaKey || event.stopPropagation());
  el.replaceChildren(view.frame, view.text, view.spoken, view.notes, view.details);
  return view;
}

function copies(button, text, done) {
  const label = button.textContent;
  button.hidden = !text;
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text());
    button.textContent = done;
    setTimeout(() => (button.textContent = label), 1500);
  });
}

function show(view, answer) {
  const said = answer.error ?? answer.waiting ?? (answer.notes ?? []).join(" ");
  view.notes.textContent = said;
  view.notes.hidden = !said;
  view.root.toggleAttribute("data-stale", Boolean(answer.error));
  if (answer.error || answer.waiting) return; // the last good picture stays
  view.root.toggleAttribute("data-approximate", Boolean(answer.approximate));
  if (view.svg !== answer.svg) {
    view.svg = answer.svg;
    redraw(view.picture, answer.svg);
  }
  tellSentence(view, answer.text);
  if (view.tableHtml !== answer.table) {
    view.tableHtml = answer.table;
    view.table.innerHTML = answer.table;
    view.details.hidden = !answer.table;
  }
}

// The sentence follows at once, but while a drag or a run goes on nobody wants to hear each one: it
// is read out at rest.
function tellSentence(view, text) {
  const first = view.text.textContent === "";
  if (view.text.textContent !== text) {
    const now = performance.now(), moving = now - (view.said ?? -Infinity) < REST;
    view.said = now;
    view.text.setAttribute("aria-live", moving ? "off" : "polite");
    view.text.textContent = text;
    view.unheard = moving && !first;
    if (view.spoken.textContent) view.spoken.textContent = "";
  }
  clearTimeout(view.rest);
  if (view.unheard) view.rest = setTimeout(() => sayAtRest(view), REST);
}
function sayAtRest(view) {
  view.unheard = false;
  view.text.setAttribute("aria-live", "polite");
  view.spoken.textContent = view.text.textContent;
  view.rest = setTimeout(() => (view.spoken.textContent = ""), 10 * REST); // nobody shall meet it twice
}

// Of a picture like the last one only what is different is changed: most of its words, lines and
// their layout stay.
const parser = document.createElement("template");
function redraw(picture, svg) {
  parser.innerHTML = svg;
  makeReadable(parser.content);
  const drawn = parser.content.firstElementChild, last = picture.firstElementChild;
  const held = targetOf(document.activeElement);
  if (last && drawn && picture.childElementCount === 1) morph(last, drawn);
  else picture.replaceChildren(parser.content);
  parser.innerHTML = "";
  if (held && targetOf(document.activeElement) !== held) picture.querySelector(held)?.focus();
}
function morph(from, to) {
  if (from.nodeType === Node.TEXT_NODE && to.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.nodeName !== to.nodeName) return from.replaceWith(to);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  if (from.attributes.length > to.attributes.length) {
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  }
  let old = from.firstChild, next = to.firstChild;
  while (old && next) {
    const [afterOld, afterNext] = [old.nextSibling, next.nextSibling];
    morph(old, next);
    [old, next] = [afterOld, afterNext];
  }
  while (old) {
    const after = old.nextSibling;
    old.remove();
    old = after;
  }
  while (next) {
    const after = next.nextSibling;
    from.append(next);
    next = after;
  }
}

// That a computation goes on: first a thin bar, then in words and with a way out.
function works(stop) {
  const bar = make("progress", { className: "ffn-progress", hidden: true });
  const words = make("span"), button = make("button", { type: "button", className: "ffn-button", textContent: "stop" });
  const line = make("p", { className: "ffn-working", hidden: true }, words, button);
  let soon = 0, later = 0, share;
  line.setAttribute("role", "status");
  bar.setAttribute("aria-label", "computing");
  button.addEventListener("click", stop);
  const write = () => (words.textContent = share === undefined ? "still computing …" : `computing: ${Math.floor(100 * share)} % done`);
  function end() {
    clearTimeout(soon);
    clearTimeout(later);
    soon = later = 0;
    share = undefined;
    if (bar.hidden) return;
    bar.hidden = line.hidden = true;
    bar.removeAttribute("value");
  }
  function begin() {
    if (soon) return; // a drag: the time since the picture last followed counts
    soon = setTimeout(() => (bar.hidden = false), WORKING);
    later = setTimeout(() => { write(); line.hidden = false; }, LONG);
  }
  function say(done) {
    if (!soon || done === undefined) return;
    share = bar.value = done;
    if (!line.hidden) write();
  }
  return { node: make("div", { className: "ffn-works" }, bar, line), begin, end, say, on: () => !bar.hidden };
}

function showStatus(view, model) {
  const status = model.get("status") ?? { state: "live" };
  const words = { off: "precomputed", ask: "precomputed", starting: "starting Python…", live: "live" };
  view.status.textContent = words[status.state] ?? `precomputed only: ${status.reason}`;
  view.status.dataset.state = status.state;
  view.live.hidden = status.state !== "ask";
}

// ---- controls

const decimals = (step) => (String(step).split(".")[1] ?? "").length;
const words = (control, value) =>
  Number(value).toFixed(decimals(control.step)).replace("-", "−") + (control.unit ? ` ${control.unit}` : "");

// States worth seeing, each a press away, with what there is to notice; a run begins at once.
function cards(view, spec, set) {
  const said = make("p", { className: "ffn-preset-says" });
  said.setAttribute("role", "status");
  const clock = spec.controls.find((c) => c.kind === "steps");
  const buttons = spec.cards.map((card) => {
    const button = make("button", { type: "button", className: "ffn-button", textContent: card.name });
    button.addEventListener("click", () => {
      if (clock) view.inputs[clock.name].stop();
      set(structuredClone({ ...spec.start, ...card.params }));
      said.textContent = card.said;
      if (clock && !(clock.name in card.params)) view.inputs[clock.name].start();
    });
    return button;
  });
  return make("div", { className: "ffn-presets" }, ...buttons, said);
}

function addControls(view, spec, model, state, set) {
  if (spec.cards) view.controls.append(cards(view, spec, set));
  for (const control of spec.controls) {
    const change = (value) => set({ [control.name]: value });
    const input = CONTROLS[control.kind]?.(control, change, state, () => (model.get("status") ?? {}).state);
    if (!input) continue; // points are moved, and units are picked, on the picture
    view.inputs[control.name] = input;
    input.node.dataset.control = control.name;
    (control.more ? (view.more ??= furtherControls(view)) : view.controls).append(input.node);
  }
  if (view.more) view.controls.append(view.more.parentElement);
  syncControls(view, spec, state);
}
// Those that few readers want first are a click away.
function furtherControls(view) {
  const inside = make("div", { className: "ffn-controls" });
  view.controls.append(make("details", { className: "ffn-more" }, make("summary", { textContent: "more" }), inside));
  return inside;
}

function syncControls(view, spec, state) {
  for (const control of spec.controls) {
    const input = view.inputs[control.name];
    if (!input) continue; // points are moved on the picture
    input.sync(state[control.name]);
    input.node.hidden = !allows(control.needs, state);
    const off = control.more && JSON.stringify(state[control.name]) !== JSON.stringify(spec.start[control.name]);
    if (off) view.more.parentElement.open = true; // what differs is seen
  }
}
// What another control must stand at: [its name, its values].
const allows = (needs, state) => !needs || needs[1].includes(state[needs[0]]);

const CONTROLS = {
  slider(control, change) {
    const range = make("input", { type: "range", min: control.lo, max: control.hi, step: control.step });
    const output = make("output");
    range.addEventListener("input", () => change(Number(range.value)));
    const sync = (value) => {
      if (range.value !== String(value)) range.value = value;
      output.textContent = words(control, value);
      range.setAttribute("aria-valuetext", output.textContent);
    };
    return { node: make("label", { className: "ffn-control" }, make("span", { textContent: control.label }), range, output), sync };
  },
  number(control, change) {
    const box = make("input", { type: "number", min: control.lo, max: control.hi, step: control.step });
    box.addEventListener("change", () => box.value !== "" && change(Number(box.value)));
    const sync = (value) => document.activeElement !== box || Number(box.value) !== value ? (box.value = value) : 0;
    return { node: make("label", { className: "ffn-control" }, make("span", { textContent: control.label }), box, make("output", { textContent: control.unit })), sync };
  },
  text(control, change) {
    const box = make("input", { type: "text", maxLength: control.max_length });
    box.addEventListener("input", () => change(box.value));
    const sync = (value) => box.value === value || (box.value = value);
    return { node: make("label", { className: "ffn-control" }, make("span", { textContent: control.label }), box), sync };
  },
  toggle(control, change) {
    const box = make("input", { type: "checkbox" });
    box.addEventListener("change", () => change(box.checked));
    return { node: make("label", { className: "ffn-control ffn-toggle" }, box, make("span", { textContent: control.label })), sync: (value) => (box.checked = value) };
  },
  button(control, change, state) {
    const button = make("button", { type: "button", className: "ffn-button", textContent: control.label });
    button.addEventListener("click", () => change(state[control.name] + 1));
    return { node: make("div", { className: "ffn-control" }, button), sync() {} };
  },
  choice(control, change) {
    const long = control.options.length > 5 || control.words.join("").length > 28;
    return (long ? menu : segments)(control, change);
  },
  several(control, change, state) {
    const boxes = control.options.map((option) => {
      const box = make("input", { type: "checkbox" });
      box.addEventListener("change", () => {
        const chosen = control.options.filter((o, i) => boxes[i].checked);
        if (chosen.length) change(chosen);
        else box.checked = true; // one at least
      });
      return box;
    });
    const labels = control.options.map((option, i) => make("label", {}, boxes[i], make("span", { textContent: option })));
    const legend = make("legend", { textContent: control.label });
    const node = make("fieldset", { className: "ffn-control ffn-segments" }, legend, make("div", {}, ...labels));
    return { node, sync: (value) => boxes.forEach((box, i) => (box.checked = value.includes(control.options[i]))) };
  },
  drawing(control, change) {
    const clear = make("button", { type: "button", className: "ffn-button", textContent: `clear ${control.label}` });
    clear.addEventListener("click", () => change(""));
    return { node: make("div", { className: "ffn-control" }, clear), sync: (value) => (clear.disabled = value === "") };
  },
  steps: transport,
};

const FRAME = 48; // ms that one message of a played run should take, drawing included
const FIRST = 4; // steps in the first message; from then on the time they took decides
const PAGE = 140; // ms that one picture stays when the run is played from the book's own

// Play, pause, one step, and a slider to rewind. While playing, as many steps a message as fit.
function transport(control, change, state, status) {
  const play = make("button", { type: "button", className: "ffn-button ffn-play" });
  const once = make("button", { type: "button", className: "ffn-button", textContent: "step" });
  const range = make("input", { type: "range", min: 0, max: control.last, step: 1 });
  const output = make("output");
  const paced = control.pace ? Math.max(1, Math.round((control.pace * FRAME) / 1000)) : 0; // steps a message
  let playing = false, many = FIRST, least = Infinity, timer = 0;
  range.setAttribute("aria-label", control.label);
  const here = () => state[control.name];
  const last = () => control.ends?.[1][state[control.ends[0]]] ?? control.last;
  const next = () => {
    if (status() === "live") return Math.min(here() + (paced || Math.round(many)), last());
    return control.stops_at.find((stop) => stop > here() && stop <= last()) ?? last();
  };
  function press(on) {
    playing = on;
    play.textContent = on ? "pause" : "play";
    clearTimeout(timer);
    if (on) change(here() >= last() ? 0 : next());
  }
  play.addEventListener("click", () => press(!playing));
  once.addEventListener("click", () => { press(false); change(status() === "live" ? Math.min(here() + 1, last()) : next()); });
  range.addEventListener("input", () => { press(false); change(Number(range.value)); });
  press(false);
  return {
    node: make("div", { className: "ffn-control ffn-transport" }, play, once, range, output),
    sync(value) {
      range.max = last();
      if (Number(range.value) !== value) range.value = value;
      output.textContent = `${value.toLocaleString("en")} ${control.unit}`;
      range.setAttribute("aria-valuetext", output.textContent);
    },
    stop: () => press(false),
    start: () => press(true),
    answered(took, { held, failed }) {
      if (!playing) return;
      if (failed || here() >= last()) return press(false);
      if (held) return; // what was pressed early goes on when Python is there
      const live = status() === "live";
      const wait = paced && (live || paced === 1) ? (1000 * paced) / control.pace : live ? 0 : PAGE;
      if (wait) return void (timer = setTimeout(() => playing && change(next()), Math.max(wait - took, 0)));
      // Drawing has its price, however few the steps: spend at least as long on steps.
      least = Math.min(least, took);
      many = Math.max(many * within(Math.max(FRAME, 2 * least) / Math.max(took, 1), 0.5, 2), 1);
      // Python goes on while the page paints; but nobody watches a hidden page.
      if (document.hidden) requestAnimationFrame(() => playing && change(next()));
      else change(next());
    },
  };
}

function menu(control, change) {
  const select = make("select");
  control.words.forEach((word, i) => select.append(make("option", { value: i, textContent: word })));
  select.addEventListener("change", () => change(control.options[select.value]));
  const sync = (value) => (select.value = control.options.indexOf(value));
  return { node: make("label", { className: "ffn-control" }, make("span", { textContent: control.label }), select), sync };
}

let groups = 0;
function segments(control, change) {
  const group = `ffn-choice-${(groups += 1)}`;
  const radios = control.options.map((option) => {
    const radio = make("input", { type: "radio", name: group });
    radio.addEventListener("change", () => radio.checked && change(option));
    return radio;
  });
  const labels = control.words.map((word, i) => make("label", {}, radios[i], make("span", { textContent: word })));
  const legend = make("legend", { textContent: control.label });
  const node = make("fieldset", { className: "ffn-control ffn-segments" }, legend, make("div", {}, ...labels));
  node.classList.toggle("ffn-row", control.words.join("").length > 24);
  return { node, sync: (value) => radios.forEach((radio, i) => (radio.checked = control.options[i] === value)) };
}

// ---- gestures on the picture: drag, arrow keys, reading values

const targetOf = (node) => {
  const picked = node?.closest?.(".ffn-pick")?.dataset.name;
  if (picked) return `.ffn-pick[data-name="${picked}"]`;
  const d = node?.closest?.(".ffn-handle")?.dataset;
  if (!d) return null;
  if (d.point) return `.ffn-handle[data-point="${d.point}"]`;
  return `.ffn-handle${d.paramX ? `[data-param-x="${d.paramX}"]` : ""}${d.paramY ? `[data-param-y="${d.paramY}"]` : ""}`;
};
const pair = (text) => text.split(" ").map(Number);
const rounded = (value, control) => Number(value.toFixed(decimals(control.step) + 1));
const within = (value, lo, hi) => Math.min(Math.max(value, lo), hi);

function place(plot, event) {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM().inverse());
  return fromPixels(plot, at.x, at.y);
}
// What an axis is even in: the value, or on a logarithmic axis its logarithm.
const logarithmic = (plot, axis) => (plot.dataset.log ?? "").includes(axis);
const even = (plot, axis, v) => (logarithmic(plot, axis) ? Math.log10(Math.max(v, Number.MIN_VALUE)) : v);
const uneven = (plot, axis, v) => (logarithmic(plot, axis) ? 10 ** v : v);
function scales(plot) {
  const [[x0, x1], [y0, y1]] = ["x", "y"].map((axis) => pair(plot.dataset[axis]).map((v) => even(plot, axis, v)));
  return { x0, dx: x1 - x0, y1, dy: y1 - y0, w: plot.width.baseVal.value, h: plot.height.baseVal.value };
}
function fromPixels(plot, px, py) {
  const { x0, dx, y1, dy, w, h } = scales(plot);
  return [uneven(plot, "x", x0 + (px / w) * dx), uneven(plot, "y", y1 - (py / h) * dy)];
}
function toScreen(plot, x, y) {
  const { x0, dx, y1, dy, w, h } = scales(plot);
  const [a, b] = [even(plot, "x", x), even(plot, "y", y)];
  return new DOMPoint(((a - x0) / dx) * w, ((y1 - b) / dy) * h).matrixTransform(plot.getScreenCTM());
}

function addGestures(view, spec, state, set) {
  const control = (name) => spec.controls.find((c) => c.name === name);
  const snap = (c, value) => Number((c.lo + Math.round((within(value, c.lo, c.hi) - c.lo) / c.step) * c.step).toFixed(10));
  const points = (name) => state[name].map((p) => [...p]);

  function move(d, x, y) {
    if (d.point) {
      const [name, i] = d.point.split(" ");
      const all = points(name), c = control(name);
      all[i] = [rounded(within(x, ...c.x), c), rounded(within(y, ...c.y), c)];
      return set({ [name]: all });
    }
    const changes = {};
    if (d.paramX) changes[d.paramX] = snap(control(d.paramX), x);
    if (d.paramY) changes[d.paramY] = snap(control(d.paramY), y);
    set(changes);
  }
  function draw(name, from, to) {
    const all = points(name), c = control(name);
    const [a, b] = from[0] < to[0] ? [from, to] : [to, from];
    let nearest = 0;
    all.forEach((p, i) => { if (Math.abs(p[0] - to[0]) < Math.abs(all[nearest][0] - to[0])) nearest = i; });
    all.forEach((p, i) => {
      const between = p[0] >= a[0] && p[0] <= b[0] && b[0] > a[0];
      const y = between ? a[1] + ((p[0] - a[0]) / (b[0] - a[0])) * (b[1] - a[1]) : to[1];
      if (between || i === nearest) p[1] = rounded(within(y, ...c.y), c);
    });
    set({ [name]: all });
  }

  // A drawing is a row of cells as hexadecimal digits; a line of ink, as thick as the pen, is added.
  function ink(name, from, to) {
    const { side, pen } = control(name), cells = unpacked(state[name], side);
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]], length = dx * dx + dy * dy;
    for (let row = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1) {
        const [x, y] = [column + 0.5 - from[0], row + 0.5 - from[1]];
        const along = length ? within((x * dx + y * dy) / length, 0, 1) : 0;
        if (Math.hypot(x - along * dx, y - along * dy) <= pen) cells[row * side + column] = 1;
      }
    }
    set({ [name]: packed(cells) });
  }
  // Where on the sheet, in cells from its top left.
  function onSheet(sheet, name, event) {
    const box = sheet.getBoundingClientRect(), { side } = control(name);
    return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
  }
  const sheetOf = (name) => view.picture.querySelector(`[data-canvas="${name}"]`);
  const pens = {}; // for keys: where the pen is, and whether it is down
  function keyOn(sheet, event, step) {
    const name = sheet.dataset.canvas, { side } = control(name);
    const pen = (pens[name] ??= { at: [side / 2, side / 2], down: false }), was = pen.at;
    event.preventDefault();
    if (step) pen.at = [within(was[0] + step[0], 0, side), within(was[1] - step[1], 0, side)];
    else pen.down = !pen.down;
    if (pen.down) ink(name, was, pen.at);
    const box = sheet.getBoundingClientRect();
    const [x, y] = [box.left + (pen.at[0] / side) * box.width, box.top + (pen.at[1] / side) * box.height];
    tell(view, `pen ${pen.down ? "down" : "up"}: column ${pen.at[0]}, row ${pen.at[1]}`, x, y);
  }

  let drag = null;
  const plotOf = (index) => view.picture.querySelector(`.ffn-plot[data-plot="${index}"]`);
  view.picture.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".ffn-handle"), area = event.target.closest("[data-sketch]");
    const sheet = event.target.closest("[data-canvas]");
    if (!handle && !area && !sheet) return;
    event.preventDefault();
    handle?.focus();
    view.picture.setPointerCapture(event.pointerId);
    if (sheet) {
      const name = sheet.dataset.canvas, at = onSheet(sheet, name, event);
      drag = { canvas: name, at };
      return ink(name, at, at);
    }
    const plot = handle ? handle.dataset.plot : area.closest(".ffn-plot").dataset.plot;
    drag = { data: handle ? { ...handle.dataset } : null, sketch: area?.dataset.sketch, plot };
    if (area) { drag.at = place(plotOf(plot), event); draw(drag.sketch, drag.at, drag.at); }
  });
  view.picture.addEventListener("pointermove", (event) => {
    if (!drag) return read(view, event);
    if (drag.canvas) {
      const to = onSheet(sheetOf(drag.canvas), drag.canvas, event);
      ink(drag.canvas, drag.at, to);
      return void (drag.at = to);
    }
    const at = place(plotOf(drag.plot), event);
    if (drag.sketch) { draw(drag.sketch, drag.at, at); drag.at = at; } else move(drag.data, ...at);
  });
  for (const end of ["pointerup", "pointercancel"]) view.picture.addEventListener(end, () => (drag = null));
  view.picture.addEventListener("click", (event) => {
    const { control: name, option } = event.target.closest(".ffn-choose")?.dataset ?? {};
    const chosen = control(name)?.options.find((known) => String(known) === option);
    if (chosen !== undefined) set({ [name]: chosen });
  });
  const pick = (event) => {
    const { control: name, name: part } = event.target.closest?.(".ffn-pick")?.dataset ?? {};
    if (!part) return false;
    const picked = state[name];
    set({ [name]: picked.includes(part) ? picked.filter((other) => other !== part) : [...picked, part].sort() });
    return true;
  };
  view.picture.addEventListener("click", pick);
  view.picture.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && pick(event)) event.preventDefault();
  });
  view.picture.addEventListener("pointerleave", () => drag || (view.tip.hidden = true));

  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  view.picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape") view.tip.hidden = true;
    const step = ARROWS[event.key], sheet = event.target.closest("[data-canvas]");
    if (sheet && (step || event.key === " ")) return keyOn(sheet, event, step);
    if (!step) return;
    const d = event.target.closest(".ffn-handle")?.dataset;
    if (!d) return void (event.target.closest(".ffn-plot") && step[0] && readOn(view, event.target, step[0], event));
    event.preventDefault();
    const times = event.shiftKey ? 10 : 1;
    if (d.point) {
      const [name, i] = d.point.split(" ");
      const c = control(name), p = state[name][i];
      return move(d, p[0] + step[0] * c.step * times, p[1] + step[1] * c.step * times);
    }
    const next = (name, k) => (name ? state[name] + step[k] * control(name).step * times : 0);
    move(d, next(d.paramX, 0), next(d.paramY, 1));
  });
}

// ---- drawings

function unpacked(digits, side) {
  const cells = new Uint8Array(side * side);
  [...digits].forEach((digit, i) => { for (let k = 0; k < 4; k += 1) cells[4 * i + k] = (parseInt(digit, 16) >> (3 - k)) & 1; });
  return cells;
}
function packed(cells) {
  let digits = "";
  for (let i = 0; i < cells.length; i += 4) digits += (8 * cells[i] + 4 * cells[i + 1] + 2 * cells[i + 2] + cells[i + 3]).toString(16);
  return digits;
}

// ---- reading values off the marks, which carry their data

function makeReadable(drawn) {
  for (const plot of drawn.querySelectorAll(".ffn-plot")) {
    if (!plot.querySelector("[data-xs]")) continue;
    plot.closest(".ffn-svg").setAttribute("role", "group");
    plot.setAttribute("tabindex", "0");
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", `plot of ${plot.dataset.yName || "values"}: left and right arrow keys read the values`);
  }
}
const short = (v) => (Number.isFinite(v) ? String(Number(v.toPrecision(3))).replace("-", "−") : "not a number");

function read(view, event) {
  const unit = event.target.closest?.(".ffn-pick");
  if (unit) return enlarge(view, unit, event);
  const tipped = event.target.closest?.("[data-tip]");
  if (tipped) return tell(view, tipped.dataset.tip, event.clientX, event.clientY);
  const plot = event.target.closest?.(".ffn-plot");
  if (!plot) return void (view.tip.hidden = true);
  const [x, y] = place(plot, event);
  if (!readPoint(view, plot, x, y, event) && !readCurves(view, plot, x) && !readField(view, plot, x, y, event)) view.tip.hidden = true;
}
// A unit's small map is shown large while the pointer is on it.
function enlarge(view, unit, event) {
  const { x, y } = unit.getBoundingClientRect();
  const image = [...view.picture.querySelectorAll("image[data-tip]")].find((each) => {
    const box = each.getBoundingClientRect();
    return Math.abs(box.x - x) < 4 && Math.abs(box.y - y) < 4;
  });
  if (!image) return;
  tell(view, `${unit.dataset.name}: ${image.dataset.tip.split(": ").pop()}`, event.clientX, event.clientY);
  view.tip.append(make("img", { src: image.getAttribute("href"), alt: "" }));
}
function readPoint(view, plot, x, y, event) {
  let best = null;
  for (const mark of plot.querySelectorAll('[data-near="xy"]')) {
    const xs = pair(mark.dataset.xs), ys = pair(mark.dataset.ys);
    xs.forEach((value, i) => {
      const at = toScreen(plot, value, ys[i]);
      const far = Math.hypot(at.x - event.clientX, at.y - event.clientY);
      if (far < 14 && (!best || far < best.far)) best = { far, at, words: `${mark.dataset.name ? mark.dataset.name + ": " : ""}${short(value)}, ${short(ys[i])}` };
    });
  }
  if (best) tell(view, best.words, best.at.x, best.at.y);
  return best;
}
function readCurves(view, plot, x) {
  const lines = [];
  let at = null;
  for (const mark of plot.querySelectorAll("[data-xs]:not([data-near])")) {
    const xs = pair(mark.dataset.xs), ys = pair(mark.dataset.ys);
    let i = 0;
    const far = (value) => Math.abs(even(plot, "x", value) - even(plot, "x", x));
    xs.forEach((value, k) => { if (far(value) < far(xs[i])) i = k; });
    at ??= [xs[i], ys[i]];
    lines.push(`${mark.dataset.name ? mark.dataset.name + " " : ""}${short(ys[i])}`);
  }
  if (!at) return false;
  const on = toScreen(plot, at[0], within(at[1], ...pair(plot.dataset.y)));
  tell(view, `${plot.dataset.xName || "x"} ${short(at[0])}: ${lines.join(", ")}`, on.x, on.y);
  return true;
}
function readOn(view, plot, step, event) {
  const mark = plot.querySelector("[data-xs]");
  if (!mark) return;
  event.preventDefault();
  const xs = pair(mark.dataset.xs), many = Math.max(1, Math.round(xs.length / 40));
  const start = Number(plot.dataset.at ?? (step > 0 ? -many : xs.length - 1 + many));
  const i = within(start + step * (event.shiftKey ? 5 * many : many), 0, xs.length - 1);
  plot.dataset.at = i;
  if (!readCurves(view, plot, xs[i])) {
    const on = toScreen(plot, xs[i], pair(mark.dataset.ys)[i]);
    tell(view, `${short(xs[i])}, ${short(pair(mark.dataset.ys)[i])}`, on.x, on.y);
  }
}
// A heat map's opacity is its value: read the one pixel back from the picture itself.
function readField(view, plot, x, y, event) {
  const image = plot.querySelector("image[data-full]");
  if (!image) return false;
  const box = image.getBoundingClientRect();
  const u = (event.clientX - box.left) / box.width, v = (event.clientY - box.top) / box.height;
  if (u < 0 || u >= 1 || v < 0 || v >= 1) return false;
  pixels(image.getAttribute("href")).then((p) => {
    const i = 4 * (Math.floor(v * p.height) * p.width + Math.floor(u * p.width));
    const value = (p.data[i + 3] / 255) * Number(image.dataset.full) * (p.data[i + 2] > p.data[i] ? -1 : 1);
    tell(view, `${short(x)}, ${short(y)}: about ${short(Number(value.toPrecision(2)))}`, event.clientX, event.clientY);
  });
  return true;
}
const decoded = new Map();
async function pixels(url) {
  if (decoded.has(url)) return decoded.get(url);
  const image = make("img", { src: url });
  await image.decode();
  const canvas = make("canvas", { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  decoded.clear(); // only the picture on show is read
  decoded.set(url, canvas.getContext("2d").getImageData(0, 0, image.width, image.height));
  return decoded.get(url);
}
function tell(view, words, clientX, clientY) {
  const box = view.tip.parentElement.getBoundingClientRect();
  view.tip.textContent = words;
  view.tip.hidden = false;
  const left = within(clientX - box.left, 40, box.width - 40);
  view.tip.style.transform = `translate(${left}px, ${clientY - box.top}px) translate(${left > box.width / 2 ? "-100%" : "0"}, -130%)`;
}

export default { render };
