// The hunt: where does the fault of this network begin, and which is it? The figure below is the
// evidence. What is right, and what speaks against a guess, came with the page; this script asks,
// compares and adds up the points.
import { get, now, set } from "./kept.js";

const KEY = "game/backprop.hunt", FOR_PLACE = 1, FOR_FAULT = 2;
const make = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

class Hunt {
  constructor(box) {
    this.told = JSON.parse(box.dataset.hunt);
    this.networks = this.told.hidden.length;
    const kept = get(KEY);
    this.guesses = kept?.guesses && typeof kept.guesses === "object" ? { ...kept.guesses } : {};
    const linked = new RegExp(`^#${this.told.key}\\?(?:.*&)?network=(\\d+)`).exec(location.hash);
    this.at = this.known(Number(linked?.[1])) ?? this.next(0);
    this.title = make("p", { class: "ffn-hunt-title" });
    this.places = this.choices("Where does the fault begin?", "place", this.told.places);
    this.faults = this.choices("Which fault is it?", "fault", this.told.faults);
    this.commit = make("button", { type: "submit", class: "ffn-commit" }, "Commit");
    this.onward = make("button", { type: "button" }, "Next network");
    this.anew = make("button", { type: "button" }, "Start again");
    this.result = make("div", { class: "ffn-result", tabindex: "-1" });
    this.score = make("p", { class: "ffn-score" });
    const form = make("form", { class: "ffn-form" }, this.title, this.places, this.faults, make("p", { class: "ffn-buttons" }, this.commit));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.guess(form); });
    this.form = form;
    this.onward.addEventListener("click", () => this.go(this.next(this.at), true));
    this.anew.addEventListener("click", () => this.restart());
    box.classList.add("ffn-ask");
    box.replaceChildren(form, make("div", { role: "status" }, this.result), this.score, make("p", { class: "ffn-buttons" }, this.onward, this.anew));
    // A link, or the figure's own slider, may lead to another network.
    addEventListener("hashchange", () => this.follow());
    addEventListener("popstate", () => this.follow());
    this.go(this.at);
  }
  choices(question, name, options) {
    const labels = options.map((text, i) => make("label", {}, make("input", { type: "radio", name, value: String(i) }), make("span", {}, text)));
    return make("fieldset", { class: `ffn-hunt-${name}` }, make("legend", {}, question), ...labels);
  }
  known(n) { return Number.isInteger(n) && n >= 1 && n <= this.networks ? n : undefined; }
  // The next network without a guess, after this one and then from the first.
  next(from) {
    const rest = Array.from({ length: this.networks }, (_, i) => ((from + i) % this.networks) + 1);
    return rest.find((n) => !this.guesses[n]) ?? rest[0];
  }
  follow() {
    const linked = new RegExp(`^#${this.told.key}\\?(?:.*&)?network=(\\d+)`).exec(location.hash);
    const n = this.known(Number(linked?.[1]));
    if (n && n !== this.at) this.go(n, false, false);
  }
  go(n, focus = false, moves = true) {
    this.at = n;
    this.title.textContent = `Network ${n} of ${this.networks}`;
    const guess = this.guesses[n];
    for (const input of this.form.querySelectorAll("input")) input.checked = Boolean(guess) && Number(input.value) === guess[input.name === "place" ? 0 : 1];
    this.places.disabled = this.faults.disabled = Boolean(guess);
    this.commit.hidden = Boolean(guess);
    if (guess) this.show(guess);
    else this.result.replaceChildren();
    this.count();
    if (moves) document.dispatchEvent(new CustomEvent("ffn-follow", { detail: `#${this.told.key}?network=${n}` }));
    if (focus) {
      this.form.querySelector("input")?.focus({ preventScroll: true });
      this.title.scrollIntoView({ block: "center" });
    }
  }
  guess(form) {
    const place = form.elements.place.value, fault = form.elements.fault.value;
    if (place === "" || fault === "") return this.result.replaceChildren(make("p", {}, "Choose where the fault begins, and which it is."));
    const guess = [Number(place), Number(fault)];
    this.guesses[this.at] = guess;
    set(KEY, { guesses: this.guesses, points: this.points(), at: now() });
    this.go(this.at, false, false);
    this.result.focus({ preventScroll: true });
  }
  show([place, fault]) {
    const truth = this.told.hidden[this.at - 1], begins = this.told.begins[truth];
    const parts = [make("p", {}, make("strong", {}, fault === truth ? "✓ Right. " : "✗ Not this fault. "), fault === truth ? "" : this.told.against[fault][truth])];
    if (fault !== truth) parts.push(make("p", {}, make("strong", {}, "It is: "), this.told.faults[truth]));
    const where = `The fault begins ${this.told.places[begins]}.`;
    parts.push(make("p", {}, place === begins ? `✓ ${where}` : `✗ Not ${this.told.places[place]}. ${where}`));
    this.result.replaceChildren(...parts);
  }
  points() {
    let sum = 0;
    for (const [n, [place, fault]] of Object.entries(this.guesses)) {
      const truth = this.told.hidden[n - 1];
      sum += FOR_PLACE * (place === this.told.begins[truth]) + FOR_FAULT * (fault === truth);
    }
    return sum;
  }
  count() {
    const played = Object.keys(this.guesses).length, most = played * (FOR_PLACE + FOR_FAULT);
    this.score.textContent = played
      ? `Score: ${this.points()} of ${most} points after ${played} ${played === 1 ? "network" : "networks"}.${played === this.networks ? " You have seen them all." : ""}`
      : `${FOR_PLACE} point for the place, ${FOR_FAULT} for the fault.`;
    this.anew.hidden = played === 0;
  }
  restart() {
    this.guesses = {};
    set(KEY, { guesses: {}, points: 0, at: now() });
    this.go(1, true);
  }
}

for (const box of document.querySelectorAll(".ffn-hunt")) new Hunt(box);
