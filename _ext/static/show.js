// Draws what a cell gives (the outputs of code_engine.js), as Jupyter shows it.
//
//   const outputs = new Outputs(place, {engine, label});   // engine: the CodeEngine that ran it
//   outputs.add(output)    as engine.run's `output`;  outputs.clear();  outputs.empty
//   await clean(html)      HTML that can run no script, as a DocumentFragment
const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

let purify;
export const loadPurify = () => (purify ??= import("./editor/purify.min.js").then(() => globalThis.DOMPurify, () => (purify = null)));
async function sanitize(html, options) {
  if (!(await loadPurify())) throw new Error("what makes HTML harmless could not be loaded");
  return (await purify).sanitize(html, { ADD_TAGS: ["use"], FORBID_TAGS: ["style", "form"], ...options });
}
export const clean = (html) => sanitize(html, { RETURN_DOM_FRAGMENT: true });

const EXPLORER = "application/vnd.ffn.explorer";
const MOST_BLOCKS = 200; // outputs of one run; more would make the page slow

export class Outputs {
  constructor(place, { engine, label = "output" } = {}) {
    this.place = place;
    this.engine = engine;
    this.label = label;
    this.last = Promise.resolve();
    this.clear();
  }
  clear() {
    this.turn = (this.turn ?? 0) + 1;
    this.stream = null;
    this.count = 0;
    this.place.replaceChildren();
  }
  get empty() {
    return this.count === 0;
  }
  // Resolves when all that was added so far can be seen.
  add(output) {
    const turn = this.turn;
    this.count += 1;
    if (output.output !== "stream" && this.count > MOST_BLOCKS) {
      if (this.count === MOST_BLOCKS + 1) this.last = this.last.then(() => this.write("stderr", "… more outputs are not shown.\n"));
      return this.last;
    }
    this.last = this.last.then(() => turn === this.turn && this.draw(output)).catch((error) => {
      console.warn("output", error);
      if (turn === this.turn) this.write("stdout", `${output.data?.["text/plain"] ?? ""}\n`);
    });
    return this.last;
  }
  async draw(output) {
    if (output.output === "stream") return this.write(output.name, output.text);
    this.stream = null;
    if (output.output === "error") return this.place.append(errorBox(output));
    if (output.data[EXPLORER]) return this.explorer(output.data["text/html"], output.data[EXPLORER]);
    const turn = this.turn, node = await this.drawn(output.data);
    if (turn === this.turn) this.place.append(node);
  }
  write(name, text) {
    if (this.stream?.dataset.name !== name) {
      this.stream = make("pre", { className: "ffn-out", tabIndex: 0 });
      this.stream.dataset.name = name;
      this.stream.setAttribute("aria-label", name === "stderr" ? `${this.label}, warnings` : this.label);
      this.stream.setAttribute("role", "region");
      this.stream.append("");
      this.place.append(this.stream);
      this.count = Math.max(1, this.count);
    }
    const node = this.stream.firstChild;
    if (!/\r(?!\n)/.test(text)) return node.appendData(text);
    node.data = (node.data + text).replace(/[^\n]*\r(?!\n)/g, ""); // a line that is written anew
  }
  async drawn(data) {
    const html = data["text/html"] ?? data["image/svg+xml"];
    if (html) return make("div", { className: "ffn-out-html" }, await clean(html));
    if (data["image/png"]) return make("img", { className: "ffn-out-image", alt: data["text/plain"] ?? "a picture", src: `data:image/png;base64,${data["image/png"].replace(/\s/g, "")}` });
    const plain = make("pre", { className: "ffn-out", tabIndex: 0, textContent: data["text/plain"] ?? "" });
    plain.setAttribute("role", "region");
    plain.setAttribute("aria-label", this.label);
    return plain;
  }
  // A new live figure. The library's explorers are answered by the book's Python, a reader's own by
  // the Python that has just made it.
  async explorer(html, { library }) {
    const turn = this.turn, { mount } = await import("./host.js");
    const template = make("template", { innerHTML: html }); // runs nothing; its texts are read below
    const spec = template.content.querySelector(".ffn-spec").textContent;
    const figure = (await clean(html)).querySelector("figure");
    figure.append(make("script", { type: "application/json", className: "ffn-spec", textContent: spec }));
    figure.id = `${figure.id}-of-${(figures += 1)}`;
    const engine = this.engine;
    if (turn !== this.turn) return;
    this.place.append(figure);
    mount(figure, library || !engine ? undefined : {
      get state() { return "live"; },
      reason: "",
      start() {},
      halt() {},
      call: async (name, params, width) => {
        const said = await engine.answer(JSON.parse(spec).key, params, width);
        return said.died !== undefined || said.stopped || said.ok === false ? { error: "Python was restarted: run the cell again." } : { ...said, svg: said.svg && (await sanitize(said.svg)) };
      },
    });
  }
}
let figures = 0;

// The own line first, the library's frames folded.
export function errorBox({ type, message, hint, frames, cause }) {
  const box = make("div", { className: "ffn-error" });
  if (cause) box.append(errorBox(cause), make("p", { className: "ffn-error-then", textContent: "After that error, this one:" }));
  const head = make("p", { className: "ffn-error-head" }, make("strong", { textContent: type }), message ? `: ${message}` : "");
  head.setAttribute("role", "alert");
  box.append(head);
  let folded = null;
  for (const frame of frames ?? []) {
    if (frame.own) {
      folded = null;
      box.append(ownFrame(frame));
    } else if (frame.skipped) {
      box.append(make("p", { className: "ffn-error-then", textContent: `… ${frame.skipped} more calls of the same kind …` }));
    } else {
      folded ??= box.appendChild(fold());
      folded.add(frame);
    }
  }
  if (hint) box.append(make("p", { className: "ffn-error-hint", textContent: hint }));
  return box;
}
function ownFrame({ where, line, function: name, source }) {
  const title = `${where === "this cell" ? "In this cell" : `In ${where}`}, line ${line}${name ? `, in ${name}` : ""}`;
  const code = make("pre", { tabIndex: 0 });
  code.setAttribute("role", "region");
  code.setAttribute("aria-label", title);
  const wide = String(source.at(-1)?.[0] ?? "").length;
  for (const [number, text] of source) {
    const own = number === line;
    code.append(make("span", { className: own ? "ffn-wrong-line" : "", textContent: `${own ? "→" : " "} ${String(number).padStart(wide)}  ${text}\n` }));
  }
  return make("div", {}, make("p", { className: "ffn-error-where", textContent: title }), code);
}
function fold() {
  const summary = make("summary"), list = make("ol");
  const details = make("details", { className: "ffn-error-fold" }, summary, list);
  const seen = new Set();
  details.add = ({ where, line, function: name, source }) => {
    seen.add(where.split("/")[0]);
    list.append(make("li", {}, `${where}, line ${line}${name ? `, in ${name}` : ""}`, make("br"), make("code", { textContent: (source[0]?.[1] ?? "").trim() })));
    const count = list.childElementCount;
    summary.textContent = `${count} ${count === 1 ? "line" : "lines"} inside ${[...seen].join(", ")}`;
  };
  return details;
}
