// Makes a form of each {predict} and {question}. The page holds what was computed at build: which
// answer is right, and a sentence for each. A prediction keeps its explorer at the state it names
// until the reader commits or skips; then the explorer moves by its own permalink.
import { get, now, page, remove, set } from "./kept.js";

const make = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made && key !== "list" && key !== "type") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
};
const figure = (hash) => document.dispatchEvent(new CustomEvent("ffn-follow", { detail: hash }));

class Ask {
  constructor(box) {
    this.box = box;
    this.told = JSON.parse(box.dataset.ask);
    this.predicts = box.classList.contains("ffn-predict");
    this.name = `${this.predicts ? "predict" : "question"}/${page}/${this.told.id}`;
    this.feedback = [...box.querySelectorAll(".ffn-feedback")];
    this.options = [...box.querySelectorAll(".ffn-options > li")];
    this.list = box.querySelector(".ffn-options");
    this.answers = box.querySelector(".ffn-answer");
    this.answers.open = true; // on paper; hidden on a screen
    this.seen = box.querySelector(".ffn-seen"); // one link to the figure, and only after the answer
    this.seen?.remove();
    this.field = new FIELDS[this.told.kind](this);
    this.result = make("div", { className: "ffn-result", tabIndex: -1 });
    this.spoken = make("div", { role: "status", className: "ffn-outcome" }, this.result);
    this.commit = make("button", { type: "submit", className: "ffn-commit" }, this.predicts ? "Commit" : "Check");
    this.skip = make("button", { type: "button" }, this.predicts ? "Skip" : "Show the answer");
    this.again = make("button", { type: "button", hidden: true }, "Ask me again");
    this.form = make("form", { className: "ffn-form", noValidate: true }, this.field.element, make("p", { className: "ffn-buttons" }, this.commit, this.skip));
    if (!this.list) box.insertBefore(this.form, this.answers);
    else this.list.replaceWith(this.form);
    this.form.after(this.spoken, make("p", { className: "ffn-buttons" }, this.again));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.check(); });
    this.skip.addEventListener("click", () => this.finish(null));
    this.again.addEventListener("click", () => this.restart());
    box.classList.add("ffn-live");
    const kept = get(this.name);
    if (kept && (this.predicts || kept.right || kept.answer === null) && this.field.fits(kept.answer)) this.show(kept.answer, kept.right);
    else if (!location.hash.startsWith(`#${this.told.key}?`)) this.hold();
  }
  // The figure goes where it waits when it comes near: earlier nobody sees it, and Python may rest.
  hold() {
    this.cover(true);
    if (!this.told.held) return;
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      if (!this.box.classList.contains("ffn-done")) figure(this.told.held);
    }, { rootMargin: "600px" });
    near.observe(this.box);
  }
  // Cells that would give the answer away wait for it. On paper, and without scripts, they are there.
  cover(covered) {
    let at = this.box.nextElementSibling, n = this.told.covers ?? 0;
    for (; at && n > 0; at = at.nextElementSibling) {
      if (!at.classList.contains("cell")) continue;
      at.classList.toggle("ffn-covered", covered);
      n--;
    }
    if (this.told.covers && at?.tagName === "P") at.classList.toggle("ffn-covered", covered); // it says what was seen
    this.box.classList.toggle("ffn-covers", covered && Boolean(this.told.covers));
  }
  check() {
    const { answer, problem, at } = this.field.read();
    if (problem) return this.say(make("p", {}, problem));
    const right = at === this.told.right;
    if (this.predicts || right) return this.finish(answer, right);
    set(this.name, { answer, right, at: now() });
    this.say(this.verdict("✗ Not right. "), ...this.words(at), make("p", {}, "Try another answer, or look at the right one."));
  }
  finish(answer, right = false) {
    set(this.name, { answer, right, at: now() });
    this.show(answer, right);
    if (this.told.show) this.box.querySelector(".ffn-result .ffn-explore")?.click();
    this.result.focus({ preventScroll: true });
    if (this.told.show) requestAnimationFrame(() => this.stay());
  }
  // The figure has scrolled into view; what was said of the answer stays in view if both fit.
  stay() {
    const { top } = this.result.getBoundingClientRect();
    if (top < 60) scrollBy(0, top - 80);
  }
  show(answer, right) {
    const { at } = answer === null ? {} : this.field.put(answer);
    const why = [...this.answers.querySelectorAll(".ffn-why")].map((part) => part.cloneNode(true));
    if (this.seen) why.push(this.seen);
    const truth = this.field.truth();
    const parts = right ? [this.verdict("✓ Right. "), ...this.words(at)]
      : answer === null ? [this.verdict("The answer: "), ...truth]
      : [this.verdict("✗ Not right. "), ...this.words(at), this.verdict("The answer: "), ...truth];
    this.say(...parts, ...why);
    this.field.close(true);
    this.cover(false);
    this.box.classList.add("ffn-done");
    this.commit.hidden = this.skip.hidden = true;
    this.again.hidden = false;
  }
  verdict(text) {
    return make("strong", { className: text.startsWith("✗") ? "ffn-amiss" : "ffn-right" }, text);
  }
  words(at) {
    return at === undefined || at === null ? [] : [...this.feedback[at].cloneNode(true).childNodes];
  }
  say(...parts) {
    this.result.replaceChildren(...parts);
  }
  restart() {
    remove(this.name);
    this.field.close(false);
    this.field.clear();
    this.say();
    this.box.classList.remove("ffn-done");
    this.commit.hidden = this.skip.hidden = false;
    this.again.hidden = true;
    this.cover(true);
    if (this.told.show) figure(this.told.held ?? `#${this.told.key}`);
    this.field.element.querySelector("input, button")?.focus();
  }
}

class Choice {
  constructor(ask) {
    this.ask = ask;
    this.inputs = ask.options.map(({ dataset }, i) => make("input", { type: "radio", name: ask.name, value: String(i), ...(dataset.said && { "aria-label": dataset.said }) }));
    const labels = ask.options.map((option, i) => make("label", {}, this.inputs[i], make("span", {}, ...option.childNodes)));
    this.element = make("fieldset", {}, make("legend", {}, "Your answer"), ...labels);
  }
  fits(answer) { return answer === null || answer in this.inputs; }
  read() {
    const answer = this.inputs.findIndex((input) => input.checked);
    return answer < 0 ? { problem: "Choose one of the answers first." } : { answer, at: answer };
  }
  put(answer) {
    this.inputs[answer].checked = true;
    return { at: answer };
  }
  truth() {
    const { right } = this.ask.told;
    this.inputs[right].closest("label").classList.add("ffn-true");
    return [make("p", {}, ...this.inputs[right].nextElementSibling.cloneNode(true).childNodes), ...this.ask.words(right)];
  }
  close(closed) { this.element.disabled = closed; }
  clear() {
    for (const input of this.inputs) {
      input.checked = false;
      input.closest("label").classList.remove("ffn-true");
    }
  }
}

// "5,083,210", "−3", "1e-8", "12 %" and "0.5" are numbers.
function number(text) {
  const plain = text.replace(/[\s,_%\u202f]/g, "").replace(/^[−–]/, "-");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}

class NumberField {
  constructor(ask) {
    this.ask = ask;
    this.input = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", size: 12 });
    this.element = make("fieldset", {}, make("label", {}, make("span", {}, "Your answer "), this.input, make("span", {}, ` ${ask.told.unit}`)));
  }
  fits(answer) { return answer === null || typeof answer === "number"; }
  read() {
    const answer = number(this.input.value);
    if (!Number.isFinite(answer)) return { problem: "Write a number, such as 12 or 0.25." };
    return { answer, at: this.place(answer) };
  }
  place(answer) {
    const { lo, hi, ranges } = this.ask.told;
    if (answer >= lo && answer <= hi) return ranges.indexOf("x");
    const named = ranges.findIndex((range) => Array.isArray(range) && answer >= range[0] && answer <= range[1]);
    return named >= 0 ? named : ranges.indexOf(answer < lo ? "low" : "high");
  }
  put(answer) {
    this.input.value = String(answer);
    return { at: this.place(answer) };
  }
  truth() { return this.ask.words(this.ask.told.right); }
  close(closed) { this.element.disabled = closed; }
  clear() { this.input.value = ""; }
}

class Order {
  constructor(ask) {
    this.ask = ask;
    this.order = ask.options.map((_, i) => i);
    this.rows = ask.options.map((option, i) => {
      const text = make("span", { className: "ffn-item" }, ...option.childNodes);
      const name = option.dataset.said ?? text.textContent.trim();
      const up = make("button", { type: "button", "aria-label": `Move up: ${name}` }, "↑");
      const down = make("button", { type: "button", "aria-label": `Move down: ${name}` }, "↓");
      up.addEventListener("click", () => this.move(i, -1, up, down));
      down.addEventListener("click", () => this.move(i, 1, down, up));
      return make("li", {}, make("span", { className: "ffn-moves" }, up, down), text);
    });
    this.list = make("ol", {}, ...this.rows);
    this.said = make("span", { role: "status", className: "ffn-heard" });
    const [first, last] = ask.told.ends;
    this.element = make("fieldset", {}, make("legend", {}, `Put in order: ${first} at the top, ${last} at the bottom`), this.list, this.said);
    this.draw();
  }
  draw() {
    this.list.replaceChildren(...this.order.map((i) => this.rows[i]));
    this.order.forEach((i, place) => {
      const [up, down] = this.rows[i].querySelectorAll("button");
      up.disabled = place === 0;
      down.disabled = place === this.order.length - 1;
    });
  }
  move(i, by, used, other) {
    const from = this.order.indexOf(i);
    this.order.splice(from, 1);
    this.order.splice(from + by, 0, i);
    this.draw();
    (used.disabled ? other : used).focus();
    this.said.textContent = `${this.ask.options[i].dataset.said ?? this.rows[i].querySelector(".ffn-item").textContent.trim()}: now ${from + by + 1} of ${this.order.length}`;
  }
  fits(answer) {
    return answer === null || (Array.isArray(answer) && answer.length === this.rows.length && [...answer].sort().every((v, i) => v === i));
  }
  // The first item that stands wrongly is the one to talk about.
  place(answer) {
    const wrong = answer.findIndex((item, place) => item !== this.ask.told.order[place]);
    return wrong < 0 ? undefined : answer[wrong];
  }
  read() { return { answer: [...this.order], at: this.place(this.order) }; }
  put(answer) {
    this.order = [...answer];
    this.draw();
    return { at: this.place(answer) };
  }
  truth() {
    return [make("ol", {}, ...this.ask.told.order.map((i) => make("li", {}, ...this.rows[i].querySelector(".ffn-item").cloneNode(true).childNodes)))];
  }
  close(closed) { this.element.disabled = closed; }
  clear() {
    this.order = this.rows.map((_, i) => i);
    this.draw();
  }
}

const SIZE = 240, EDGE = 30, SVG = "http://www.w3.org/2000/svg";
const draw = (name, attributes, ...children) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

class Point {
  constructor(ask) {
    this.ask = ask;
    const [x, y] = ask.told.axes;
    this.axes = ask.told.axes;
    const span = SIZE - 2 * EDGE;
    this.across = (v) => EDGE + (span * (v - x.lo)) / (x.hi - x.lo);
    this.up = (v) => SIZE - EDGE - (span * (v - y.lo)) / (y.hi - y.lo);
    this.mark = draw("circle", { r: 7, class: "ffn-mine", visibility: "hidden" });
    this.star = draw("circle", { r: 7, class: "ffn-truth", visibility: "hidden" });
    const label = (text, at, ...more) => draw("text", { x: at[0], y: at[1], "text-anchor": more[0] ?? "middle" }, text);
    this.svg = draw("svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true", class: "ffn-axes" },
      draw("path", { d: `M${EDGE} ${EDGE}V${SIZE - EDGE}H${SIZE - EDGE}`, class: "ffn-sketch-frame" }),
      ...(y.lo < 0 && y.hi > 0 ? [draw("path", { d: `M${EDGE} ${this.up(0)}H${SIZE - EDGE}`, class: "ffn-zero-line" })] : []),
      ...(x.lo < 0 && x.hi > 0 ? [draw("path", { d: `M${this.across(0)} ${EDGE}V${SIZE - EDGE}`, class: "ffn-zero-line" })] : []),
      label(String(x.lo), [EDGE, SIZE - 14]), label(String(x.hi), [SIZE - EDGE, SIZE - 14]), label(x.label, [SIZE / 2, SIZE - 4]),
      label(String(y.lo), [EDGE - 4, SIZE - EDGE], "end"), label(String(y.hi), [EDGE - 4, EDGE + 4], "end"), label(y.label, [EDGE, 14], "start"),
      this.star, this.mark);
    this.svg.addEventListener("pointerdown", (event) => { if (!this.element.disabled) this.pick(event); });
    const input = ({ label: name, lo, hi }) => make("input", { type: "number", min: lo, max: hi, step: (hi - lo) / 40, "aria-label": name });
    this.inputs = this.axes.map(input);
    for (const field of this.inputs) field.addEventListener("input", () => this.set());
    const rows = this.axes.map(({ label: name }, i) => make("label", {}, make("span", {}, `${name} `), this.inputs[i]));
    this.element = make("fieldset", {}, make("legend", {}, "Put the point where you expect it: click, or write its coordinates"), this.svg, ...rows);
  }
  pick(event) {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
    const span = SIZE - 2 * EDGE;
    [(at.x - EDGE) / span, (SIZE - EDGE - at.y) / span].forEach((share, i) => {
      const { lo, hi } = this.axes[i];
      const value = lo + Math.min(Math.max(share, 0), 1) * (hi - lo);
      this.inputs[i].value = String(Number(value.toFixed(2)));
    });
    this.set();
  }
  values() { return this.inputs.map((field) => (field.value === "" ? NaN : Number(field.value))); }
  set() {
    const [x, y] = this.values();
    const known = Number.isFinite(x) && Number.isFinite(y);
    this.mark.setAttribute("visibility", known ? "visible" : "hidden");
    if (known) for (const [key, value] of [["cx", this.across(x)], ["cy", this.up(y)]]) this.mark.setAttribute(key, value);
  }
  fits(answer) { return answer === null || (Array.isArray(answer) && answer.length === 2 && answer.every(Number.isFinite)); }
  // What is said is about the direction in which the point is furthest off.
  place(answer) {
    const { answer: truth, off, ways } = this.ask.told;
    const far = answer.map((value, i) => (value - truth[i]) / off[i]);
    const worst = Math.abs(far[0]) >= Math.abs(far[1]) ? 0 : 1;
    if (Math.abs(far[worst]) <= 1) return ways.indexOf("x");
    return ways.indexOf([["left", "right"], ["below", "above"]][worst][far[worst] > 0 ? 1 : 0]);
  }
  read() {
    const answer = this.values();
    return answer.every(Number.isFinite) ? { answer, at: this.place(answer) } : { problem: "Put the point on the axes first." };
  }
  put(answer) {
    answer.forEach((value, i) => { this.inputs[i].value = String(value); });
    this.set();
    return { at: this.place(answer) };
  }
  truth() {
    const [x, y] = this.ask.told.answer;
    for (const [key, value] of [["cx", this.across(x)], ["cy", this.up(y)], ["visibility", "visible"]]) this.star.setAttribute(key, value);
    return this.ask.words(this.ask.told.right);
  }
  close(closed) { this.element.disabled = closed; }
  clear() {
    for (const field of this.inputs) field.value = "";
    this.star.setAttribute("visibility", "hidden");
    this.set();
  }
}

const FIELDS = { choice: Choice, number: NumberField, order: Order, point: Point };
for (const box of document.querySelectorAll(".ffn-ask")) new Ask(box);
