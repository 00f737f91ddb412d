// How far a reader has come: notes what is read, and shows it in the side bar, on the first page
// ([data-ffn-continue], [data-ffn-progress]) and on the page "My work" ([data-ffn-kept]). All of it
// lies in this browser (kept.js) and is compared with what there is (contents.js).
import { contents } from "./contents.js";
import { address, erase, get, hear, list, load, now, page, remove, save, set } from "./kept.js";

const make = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const button = (text, act) => {
  const made = make("button", { type: "button" }, text);
  made.addEventListener("click", act);
  return made;
};
const chapters = contents.filter((entry) => entry.number);
const here = contents.find((entry) => entry.page === page);

// ---- what was done of a chapter

const PARTS = [
  ["read", "Read", "sections", (c) => Math.min(get(`read/${c.page}`)?.sections?.length ?? 0, c.sections), (c) => c.sections],
  ["predicted", "Predicted", "predictions", (c) => count(`predict/${c.page}/`, (v) => v.answer !== null), (c) => c.predict],
  ["checked", "Checked", "questions right", (c) => count(`question/${c.page}/`, (v) => v.right), (c) => c.question],
  ["run", "Run", "cells", (c) => count(`run/${c.page}/`), (c) => c.run],
  ["solved", "Solved", "problems", (c) => (c.assignment ? count(`solved/${c.assignment}/`) : 0), (c) => c.solved ?? 0],
];
const count = (beginning, counts = () => true) => list(beginning).filter(([, value]) => value && counts(value)).length;
const done = (chapter) => PARTS.map(([key, , what, has, of]) => ({ key, what, has: Math.min(has(chapter), of(chapter)), of: of(chapter) }));
const told = (parts) => parts.filter(({ of }) => of).map(({ key, what, has, of }) => `${key}: ${has} of ${of} ${what}`).join("; ");

function bars(parts) {
  const drawn = make("span", { class: "ffn-bars", "aria-hidden": "true" });
  for (const { has, of } of parts) if (of) drawn.append(make("i", { style: `--share: ${has / of}` }));
  return drawn;
}

// ---- the side bar

function sideBar() {
  for (const link of document.querySelectorAll(".bd-sidebar-primary nav a.reference.internal")) {
    const chapter = chapters.find((c) => new URL(link.href).pathname === new URL(address(c.page)).pathname || (c === here && link.getAttribute("href") === "#"));
    if (!chapter) continue;
    link.querySelector(".ffn-done-so-far")?.remove();
    const parts = done(chapter);
    if (!parts.some(({ has }) => has)) continue;
    link.append(make("span", { class: "ffn-done-so-far", title: told(parts) }, bars(parts), make("span", { class: "ffn-unseen" }, ` (${told(parts)})`)));
  }
}

// ---- the first page

function last() {
  const read = list("read/").filter(([name, value]) => value.at && contents.some((c) => `read/${c.page}` === name));
  const [name, value] = read.sort(([, a], [, b]) => (a.at < b.at ? 1 : -1))[0] ?? [];
  return name && { entry: contents.find((c) => `read/${c.page}` === name), ...value };
}
function goOn(into) {
  const was = last();
  into.hidden = !was;
  if (!was) return into.replaceChildren();
  const { entry, place } = was;
  const title = `${entry.number ? `${entry.number} · ` : ""}${entry.title}`;
  const link = make("a", { href: address(entry.page) + (place ? `#${place.id}` : "") }, place ? `${title}: ${place.title}` : title);
  into.replaceChildren(make("p", { class: "ffn-continue" }, "Continue where you were: ", link));
}
function table(into) {
  const some = chapters.some((c) => done(c).some(({ has }) => has));
  if (!some) return into.replaceChildren(make("p", { class: "ffn-nothing" }, "You have not begun yet, or this browser does not remember it."));
  const head = make("tr", {}, make("th", { scope: "col" }, "Chapter"), ...PARTS.map(([, name]) => make("th", { scope: "col" }, name)));
  const rows = chapters.map((c) => {
    const link = make("a", { href: address(c.page) }, `${c.number} · ${c.title}`);
    const cells = done(c).map(({ has, of }) => make("td", of ? { style: `--share: ${has / of}` } : {}, of ? `${has} of ${of}` : "–"));
    return make("tr", {}, make("th", { scope: "row" }, link), ...cells);
  });
  const shown = make("table", { class: "ffn-course" }, make("caption", {}, "What you have done of each chapter"), make("thead", {}, head), make("tbody", {}, ...rows));
  into.replaceChildren(make("div", { class: "ffn-scrolls", tabindex: "0", role: "region", "aria-label": "Progress" }, shown));
}

// ---- the page "My work"

const KINDS = {
  predict: ["Predictions", (v) => (v.answer === null ? "skipped" : v.right ? "right" : "not right"), (place, id) => `${place}#predict-${id}`],
  question: ["Questions", (v) => (v.answer === null ? "looked up" : v.right ? "right" : "not right yet"), (place, id) => `${place}#question-${id}`],
  cell: ["Cells you changed", () => "changed"],
  run: ["Cells you ran", () => "run"],
  exercise: ["Answers to exercises", () => "kept"],
  solved: ["Exercises solved", () => "solved"],
  hint: ["Hints opened", () => "opened"],
  game: ["Games", (v) => (typeof v.points === "number" ? `${v.points} points` : "begun")],
};
function everything(into) {
  const say = (text) => { into.querySelector(".ffn-work-said").textContent = text; };
  const fill = () => {
    const all = list();
    const groups = Object.entries(KINDS).map(([kind, [title, words, place]]) => {
      const entries = all.filter(([name]) => name.startsWith(`${kind}/`));
      if (!entries.length) return "";
      const items = entries.map(([name, value]) => {
        const [, ...path] = name.split("/"), id = path.at(-1), where = path.slice(0, -1).join("/");
        const entry = contents.find((c) => c.page === where || c.assignment === where);
        const target = entry && (entry.assignment === where ? `chapters/exercises/${where}` : where);
        const named = entry ? `${entry.number ?? ""} ${entry.title}: ${id}` : path.join(": ");
        const link = target ? make("a", { href: place ? place(address(target), id) : address(target) }, named.trim()) : named;
        const drop = button("Erase", () => { remove(name); fill(); say(`Erased: ${named.trim()}.`); });
        drop.setAttribute("aria-label", `Erase ${named.trim()}`);
        return make("li", {}, link, ` (${words(value)}) `, drop);
      });
      return make("details", {}, make("summary", {}, `${title}: ${entries.length}`), make("ul", {}, ...items));
    });
    into.querySelector(".ffn-work-list").replaceChildren(...groups.filter(Boolean));
    into.querySelector(".ffn-work-save").disabled = all.length === 0;
    into.querySelector(".ffn-work-erase").disabled = all.length === 0;
  };
  const saving = button("Save to a file", () => {
    const day = now().slice(0, 10), url = URL.createObjectURL(new Blob([save()], { type: "application/json" }));
    make("a", { href: url, download: `my-work-${day}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
    say(`Saved ${list().length} entries to my-work-${day}.json.`);
  });
  saving.className = "ffn-work-save";
  const file = make("input", { type: "file", accept: ".json,application/json", id: "ffn-work-file" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files;
    if (!chosen) return;
    try {
      const n = load(await chosen.text());
      fill();
      say(`Loaded ${n} entries from ${chosen.name}. Entries of the same name were replaced; everything else stayed.`);
    } catch (problem) {
      say(problem.message);
    }
    file.value = "";
  });
  const erasing = button("Erase everything", () => {
    const really = button("Yes, erase everything", () => {
      const n = erase();
      sure.remove();
      fill();
      say(`Erased ${n} entries. Nothing is kept any more.`);
      erasing.focus();
    });
    const keep = button("Keep it", () => { sure.remove(); erasing.focus(); });
    const sure = make("p", { class: "ffn-work-sure" }, `This cannot be undone: ${list().length} entries. `, really, keep);
    into.querySelector(".ffn-work-sure")?.remove();
    erasing.parentElement.after(sure);
    keep.focus();
  });
  erasing.className = "ffn-work-erase";
  into.replaceChildren(
    make("p", { class: "ffn-work-buttons" }, saving, make("label", { for: "ffn-work-file" }, "Load a file: "), file, erasing),
    make("p", { class: "ffn-work-said", role: "status" }),
    make("div", { class: "ffn-work-list" }),
  );
  fill();
  hear("", (name) => { if (!into.contains(document.activeElement)) fill(name); });
}

// ---- what is read: a section, once its end has been in view for a while

const WHILE = 2000; // ms
function watch() {
  const all = [...document.querySelectorAll(".bd-article > section > section[id]")];
  const kept = () => get(`read/${page}`) ?? {};
  let timer = 0;
  const note = (more) => set(`read/${page}`, { sections: [], ...kept(), ...more, at: now() });
  const place = () => {
    const at = all.filter((section) => section.getBoundingClientRect().top < innerHeight / 2).at(-1);
    const title = at?.querySelector("h2")?.cloneNode(true);
    title?.querySelector(".headerlink")?.remove();
    return at ? { id: at.id, title: title?.textContent.trim() ?? at.id } : null;
  };
  const waiting = new Map();
  const ends = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(waiting.get(target));
      if (isIntersecting) waiting.set(target, setTimeout(() => read(target.closest("section[id]").id), WHILE));
    }
  });
  const read = (id) => {
    const { sections = [] } = kept();
    if (document.visibilityState === "visible" && !sections.includes(id)) note({ sections: [...sections, id] });
  };
  for (const section of all) if (section.lastElementChild) ends.observe(section.lastElementChild);
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (document.visibilityState === "visible") note({ place: place() }); }, WHILE);
  };
  addEventListener("scroll", later, { passive: true });
  later();
}

function show() {
  sideBar();
  for (const into of document.querySelectorAll("[data-ffn-continue]")) goOn(into);
  for (const into of document.querySelectorAll("[data-ffn-progress]")) table(into);
}
let drawing = 0;
hear("", () => { cancelAnimationFrame(drawing); drawing = requestAnimationFrame(show); });
show();
for (const into of document.querySelectorAll("[data-ffn-kept]")) everything(into);
if (here) watch();
