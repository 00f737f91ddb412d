// A code editor: prism-code-editor's highlighted lines with a plain textarea over them, and the keys
// of a notebook. Loaded when the first cell is opened.
//
//   const editor = await openEditor(place, {value, label, run, changed, engine});
//     place: an element, to which the editor is added; label: what a screen reader calls it;
//     run(): Shift+Enter or Ctrl+Enter; changed(value): after each change; engine: a CodeEngine
//     (code_engine.js), for names and docstrings, or nothing.
//   editor.value        read, or set (the reader's undo history is kept)
//   editor.focus(), editor.mark(line or null, "why"), editor.remove(), editor.textarea
//
// Tab completes a name or, before the first character of a line, indents; Shift+Tab shows what the
// name at the cursor is; Escape, then Tab leaves the editor.
import { createEditor } from "./editor/index.js";
import "./editor/prism/languages/python.js";

export const LONGEST = 200_000; // characters; what is longer would bring the page to a halt
const INDENT = "    ";
const HOVER = 700; // ms of rest after which a name is explained
let count = 0;

const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

export async function openEditor(place, { value, label, run = () => {}, changed = () => {}, engine }) {
  const id = `ffn-editor-${(count += 1)}`;
  const said = make("p", { className: "ffn-editor-said", hidden: true });
  const help = make("p", { className: "ffn-editor-help", id: `${id}-help`, textContent: "Shift+Enter runs, Tab completes, Shift+Tab explains, Escape then Tab leaves." });
  const root = make("div", { className: "ffn-editor" });
  said.setAttribute("role", "status");
  const editor = createEditor(root, { language: "python", tabSize: 4, value: value.slice(0, LONGEST), lineNumbers: true });
  const area = editor.textarea;
  const popup = offer(root, editor, area, `${id}-names`);
  area.setAttribute("aria-label", label);
  area.setAttribute("aria-describedby", help.id);
  area.setAttribute("aria-autocomplete", "list");
  editor.keyCommandMap.Escape = null; // would leave at once
  root.append(make("div", { className: "ffn-editor-foot" }, help, said)); // of one height: nothing moves
  place.append(root);
  let leaving = false, marked = null, limited = false;

  function say(text) {
    said.textContent = text;
    said.hidden = !text;
    help.hidden = Boolean(text);
  }
  function put(text, from = area.selectionStart, to = area.selectionEnd) {
    area.focus();
    area.setSelectionRange(from, to);
    // The only way that leaves the browser's own undo intact; where it is not there, the text counts.
    if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
      area.setRangeText(text, from, to, "end");
      area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
  }
  const before = () => area.value.slice(area.value.lastIndexOf("\n", area.selectionStart - 1) + 1, area.selectionStart);

  editor.on("update", (text) => {
    mark(null);
    popup.close();
    if (!limited) say("");
    changed(text);
  });
  area.addEventListener("paste", (event) => refuse(event, event.clipboardData?.getData("text/plain") ?? ""));
  area.addEventListener("drop", (event) => refuse(event, event.dataTransfer?.getData("text/plain") ?? ""));
  function refuse(event, text) {
    const room = LONGEST - area.value.length + (area.selectionEnd - area.selectionStart);
    if (text.length <= room) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say(`These ${text.length.toLocaleString("en")} characters were not inserted: a cell holds at most ${LONGEST.toLocaleString("en")}. What was here is unchanged.`);
  }

  function changeLines(change) {
    const [start, end] = [area.selectionStart, area.selectionEnd];
    const from = area.value.lastIndexOf("\n", start - 1) + 1;
    const to = area.value.indexOf("\n", end) < 0 ? area.value.length : area.value.indexOf("\n", end);
    const old = area.value.slice(from, to), now = old.split("\n").map(change).join("\n");
    if (old === now) return;
    put(now, from, to);
    if (start === end) area.setSelectionRange(Math.max(from, start + now.length - old.length), Math.max(from, start + now.length - old.length));
    else area.setSelectionRange(from, from + now.length);
  }
  const dedented = (line) => line.replace(/^ {1,4}/, "");
  function commented(start, end) {
    const lines = area.value.slice(area.value.lastIndexOf("\n", start - 1) + 1, end).split("\n");
    const all = lines.every((line) => !line.trim() || /^\s*#/.test(line));
    return (line) => (!line.trim() ? line : all ? line.replace(/^(\s*)# ?/, "$1") : line.replace(/^(\s*)/, "$1# "));
  }

  async function complete() {
    const [code, cursor] = [area.value, area.selectionStart];
    if (engine?.state !== "live") {
      return say(engine?.state === "running" ? "Names can be completed once the cell has finished." : "Names are completed once Python runs: press Shift+Enter.");
    }
    const found = await engine.complete(code, cursor);
    if (!found || area.value !== code || area.selectionStart !== cursor) return;
    if (!found.names.length) return say("No name fits here.");
    const choose = (name) => put(name, found.start, cursor);
    if (found.names.length === 1) return choose(found.names[0]);
    popup.names(found.names, choose, code.slice(code.lastIndexOf("\n", cursor - 1) + 1, found.start).length);
    say(`${found.names.length} names: arrow keys choose, Enter inserts.`);
  }
  async function explain(cursor = area.selectionStart) {
    const code = area.value;
    if (engine?.state !== "live") return say("What a name means is shown once Python runs: press Shift+Enter.");
    const found = await engine.inspect(code, cursor);
    if (area.value !== code) return;
    if (!found) return say("Nothing is known about what stands here.");
    say("");
    popup.doc(found);
  }

  function key(event) {
    const { key, shiftKey, ctrlKey, metaKey, altKey, isComposing } = event;
    if (isComposing) return false;
    if (popup.key(event)) return true;
    if (key === "Enter" && (shiftKey || ctrlKey || metaKey)) { run(); return true; }
    if (key === "Escape") {
      leaving = true;
      say("Tab now leaves the editor.");
      return true;
    }
    if (key === "Tab" && !ctrlKey && !metaKey && !altKey) {
      if (leaving) return false;
      const several = area.value.slice(area.selectionStart, area.selectionEnd).includes("\n");
      const blank = !before().trim();
      if (shiftKey) several || blank ? changeLines(dedented) : explain();
      else if (several) changeLines((line) => (line ? INDENT + line : line));
      else if (blank) put(INDENT.slice(before().length % 4));
      else complete();
      return true;
    }
    if (!["Shift", "Control", "Alt", "Meta"].includes(key) && leaving) {
      leaving = false;
      say("");
    }
    if (key === "Enter" && !altKey) {
      const line = before(), indent = line.match(/^ */)[0];
      const deeper = /(:|[([{])\s*(#.*)?$/.test(line) ? INDENT : "";
      const out = /^\s*(return|pass|break|continue|raise)\b/.test(line) ? dedented(indent) : indent;
      put(`\n${deeper ? indent + deeper : out}`);
      return true;
    }
    if (key === "Backspace" && area.selectionStart === area.selectionEnd && before() && !before().trim()) {
      const at = area.selectionStart, back = (before().length - 1) % 4 + 1;
      put("", at - back, at);
      return true;
    }
    if (key === "/" && (ctrlKey || metaKey)) {
      changeLines(commented(area.selectionStart, area.selectionEnd));
      return true;
    }
    return false;
  }
  area.addEventListener("keydown", (event) => {
    if (!key(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  area.addEventListener("blur", () => {
    leaving = false;
    setTimeout(() => root.contains(document.activeElement) || popup.close(), 150);
    if (/leaves|names:|No name/.test(said.textContent)) say("");
  });
  // A touch keyboard takes half of the screen: the line that is written stays above it.
  const keepInView = () => document.activeElement === area && editor.lines[editor.activeLine]?.scrollIntoView({ block: "nearest" });
  window.visualViewport?.addEventListener("resize", keepInView);

  let resting;
  area.addEventListener("mousemove", ({ offsetX, clientY }) => {
    clearTimeout(resting);
    if (engine?.state !== "live") return;
    resting = setTimeout(() => {
      const lines = [...editor.lines].slice(1);
      const row = lines.findIndex((line) => line.getBoundingClientRect().bottom > clientY);
      const column = Math.round((offsetX - parseFloat(getComputedStyle(area).paddingLeft)) / characterWidth(root));
      const texts = area.value.split("\n");
      if (row < 0 || column < 0 || !/\w/.test(texts[row]?.[column] ?? "")) return;
      const cursor = texts.slice(0, row).join("\n").length + (row ? 1 : 0) + column;
      engine.inspect(area.value, cursor).then((found) => found && popup.doc(found, row + 1));
    }, HOVER);
  });
  area.addEventListener("mouseleave", () => clearTimeout(resting));

  function mark(line, why = "") {
    marked?.classList.remove("ffn-wrong-line");
    marked?.removeAttribute("title");
    marked = line ? editor.lines[line] : null;
    marked?.classList.add("ffn-wrong-line");
    if (marked && why) marked.title = why;
  }
  return {
    textarea: area,
    root,
    get value() { return area.value; },
    set value(text) {
      limited = text.length > LONGEST;
      if (limited) say(`Only the first ${LONGEST.toLocaleString("en")} characters are shown.`);
      put(text.slice(0, LONGEST), 0, area.value.length);
    },
    say,
    mark,
    focus: () => area.focus({ preventScroll: false }),
    remove() {
      window.visualViewport?.removeEventListener("resize", keepInView);
      root.remove();
    },
  };
}

function characterWidth(root) {
  const probe = make("span", { className: "ffn-probe", textContent: "0".repeat(100) });
  root.querySelector(".pce-wrapper").append(probe);
  const width = probe.getBoundingClientRect().width / 100;
  probe.remove();
  return width || 8;
}

// What is offered beside the cursor: names to choose from, or a docstring.
function offer(root, editor, area, id) {
  const box = make("div", { className: "ffn-offer", hidden: true });
  const list = make("div", { className: "ffn-names", id, hidden: true });
  const doc = make("div", { className: "ffn-doc", hidden: true, tabIndex: 0 });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "names that fit");
  doc.setAttribute("role", "region");
  doc.setAttribute("aria-label", "documentation");
  doc.setAttribute("aria-live", "polite");
  box.append(list, doc);
  root.append(box);
  let at = 0, choose = null;

  function stand(line, column) {
    const row = editor.lines[line];
    box.style.top = `${row.getBoundingClientRect().bottom - root.getBoundingClientRect().top + 2}px`;
    box.style.setProperty("--column", column);
    box.hidden = false;
  }
  function close() {
    box.hidden = list.hidden = doc.hidden = true;
    choose = null;
    area.removeAttribute("aria-activedescendant");
    area.removeAttribute("aria-controls");
  }
  function go(to) {
    const options = [...list.children];
    at = (to + options.length) % options.length;
    options.forEach((option, i) => option.setAttribute("aria-selected", i === at));
    area.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }
  function take() {
    const [chosen, name] = [choose, list.children[at].textContent];
    close();
    chosen(name);
  }
  return {
    close,
    names(names, chosen, column) {
      doc.hidden = true;
      choose = chosen;
      list.replaceChildren(...names.map((name, i) => {
        const option = make("div", { id: `${id}-${i}`, textContent: name });
        option.setAttribute("role", "option");
        option.addEventListener("mousedown", (event) => { event.preventDefault(); at = i; take(); });
        return option;
      }));
      list.hidden = false;
      area.setAttribute("aria-controls", id);
      stand(editor.activeLine, column);
      go(0);
    },
    doc({ name, signature, doc: text }, line = editor.activeLine) {
      list.hidden = true;
      choose = null;
      doc.replaceChildren(make("code", { textContent: signature.startsWith("(") ? `${name}${signature}` : `${name}  ${signature}` }), make("pre", { textContent: text }));
      doc.hidden = false;
      stand(line, 0);
    },
    // True if the key was for what is offered.
    key(event) {
      if (box.hidden) return false;
      if (event.key === "Escape") { close(); return true; }
      if (!choose) {
        if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) close();
        return false;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { go(at + (event.key === "ArrowDown" ? 1 : -1)); return true; }
      if ((event.key === "Enter" && !event.shiftKey) || (event.key === "Tab" && !event.shiftKey)) { take(); return true; }
      return false;
    },
  };
}
