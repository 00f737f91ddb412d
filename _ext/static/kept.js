// What this browser keeps for its reader: answers, edits, what was read, run and solved.
//
// Everything lies in localStorage under one prefix and is never sent anywhere. A name is
// "kind/page/id"; its value is anything JSON can write. The kinds, and who writes them:
//
//   read/<page>                  {at, share, place}         progress.js: how far a page was read
//   predict/<page>/<id>          {answer, right, at}        questions.js: {predict}; skipped: answer null
//   question/<page>/<id>         {answer, right, at}        questions.js: {question}
//   cell/<page>/<id>             {code}                     code cells: what the reader made of a cell
//   run/<page>/<id>              {at}                       code cells: it was run
//   exercise/<assignment>/<id>   {code or text, of}         exercises: an answer, and of which version of the problem
//   solved/<assignment>/<id>     {at, of}                   exercises: Check found nothing wrong with this text
//   game/<explorer>              {...}                      games: score and where the reader was
//
//   import { page, get, set, remove, list, hear } from "./kept.js";
//   set(`run/${page}/cell-3`, { at: now() });   // false if the browser refuses, and the reader is told
//   get(`run/${page}/cell-3`);                  // the value, or undefined
//   list("run/");                               // [[name, value], ...] of names that begin so
//   hear("cell/", (name, value) => ...);        // another tab, or this one, changed it (undefined: removed)
//
// Chapters' pages are named as in the table of contents ("chapters/01_neurons"). A page of its own,
// "My work", lists, saves, loads and erases all of it through `list`, `save`, `load` and `erase`.

const PREFIX = "ffn.";
const FORMAT = "ffn-my-work";
export const LARGEST = 4_000_000; // characters of a file: browsers keep about five million

const top = new URL(document.documentElement.dataset.content_root || "./", location.href);
export const page = nameOf(location.href);
export const address = (name) => new URL(`${name}.html`, top).href;
export const now = () => new Date().toISOString();

function nameOf(href) {
  const path = new URL(href).pathname.slice(top.pathname.length);
  return decodeURI(path).replace(/\.html$/, "") || "index";
}

const listeners = [];
export function hear(beginning, act) {
  listeners.push([beginning, act]);
}
function tell(name, value) {
  for (const [beginning, act] of listeners) if (name.startsWith(beginning)) act(name, value);
}
addEventListener("storage", ({ key, newValue, storageArea }) => {
  if (storageArea !== store()) return;
  if (key === null) for (const [beginning, act] of listeners) act(beginning, undefined); // all was erased
  else if (key.startsWith(PREFIX)) tell(key.slice(PREFIX.length), read(newValue));
});

// Even to name localStorage throws where storage is forbidden.
function store() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
function read(text) {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // something else wrote this
  }
}

export function get(name) {
  try {
    return read(store()?.getItem(PREFIX + name) ?? null);
  } catch {
    return undefined;
  }
}

export function set(name, value) {
  if (!write(name, value)) return false;
  tell(name, value);
  return true;
}
function write(name, value) {
  const kept = store();
  if (!kept) return complain("This browser forbids pages to keep anything, so your work here is lost when you leave the page.");
  try {
    kept.setItem(PREFIX + name, JSON.stringify(value));
    return true;
  } catch (problem) {
    const full = problem?.name === "QuotaExceededError" || problem?.name === "NS_ERROR_DOM_QUOTA_REACHED";
    return complain(
      full
        ? "This browser's storage is full: the last change could not be kept. Save your work to a file on the page “My work”, and erase what you no longer need."
        : "This browser could not keep the last change, so it is lost when you leave the page.",
    );
  }
}

export function remove(name) {
  try {
    store()?.removeItem(PREFIX + name);
  } catch {
    return false;
  }
  tell(name, undefined);
  return true;
}

export function list(beginning = "") {
  const found = [], kept = store();
  try {
    for (let i = 0; i < (kept?.length ?? 0); i++) {
      const key = kept.key(i);
      if (!key.startsWith(PREFIX + beginning)) continue;
      const value = read(kept.getItem(key));
      if (value !== undefined) found.push([key.slice(PREFIX.length), value]);
    }
  } catch {
    return [];
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

// ---- all of it, as a file

export function save() {
  return JSON.stringify({ format: FORMAT, version: 1, saved: now(), kept: Object.fromEntries(list()) }, null, 1);
}

// Takes the entries of a saved file, in place of those of the same names; others stay. Throws a
// sentence, and changes nothing, if the file is not one of ours or does not fit.
export function load(text) {
  if (text.length > LARGEST) throw new Error("This file is larger than a browser can keep.");
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON, so it was not saved by this page.");
  }
  const kept = file?.kept;
  if (file?.format !== FORMAT || !kept || typeof kept !== "object" || Array.isArray(kept))
    throw new Error("This file was not saved by this page: choose one named my-work-….json.");
  if (file.version !== 1) throw new Error(`This file has version ${file.version}; this page reads version 1.`);
  const entries = Object.entries(kept);
  const strange = entries.find(([name]) => !/^[a-z]+\/./.test(name));
  if (strange) throw new Error(`This file holds an entry named “${strange[0].slice(0, 40)}”, which this book does not know.`);
  const before = entries.map(([name]) => [name, get(name)]);
  for (const [name, value] of entries) {
    if (set(name, value)) continue;
    for (const [old, was] of before) was === undefined ? remove(old) : set(old, was);
    throw new Error("This browser has no room for the file; nothing was changed.");
  }
  return entries.length;
}

export function erase() {
  const names = list().map(([name]) => name);
  for (const name of names) remove(name);
  return names.length;
}

// ---- a refusal is said once a page, where a screen reader hears it

let told = "";
function complain(sentence) {
  if (told === sentence) return false;
  told = sentence;
  let notice = document.getElementById("ffn-not-kept");
  if (!notice) {
    notice = Object.assign(document.createElement("p"), { id: "ffn-not-kept", className: "ffn-not-kept" });
    notice.setAttribute("role", "alert");
    (document.querySelector("article") ?? document.body).prepend(notice);
  }
  notice.textContent = sentence;
  return false;
}
