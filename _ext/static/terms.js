// Shows what a link leads to at the link itself: a term's glossary entry, a source of the bibliography,
// the beginning of a section, a claim. On hover, on focus, and for a term on a first tap, which does not
// follow the link then. Escape and a tap elsewhere put it away; the pointer may move onto it.

const entry = Object.assign(document.createElement("div"), { id: "ffn-entry", className: "ffn-entry", hidden: true });
entry.setAttribute("role", "tooltip");
document.body.append(entry);
let at = null;
let timer = 0;

async function show(link) {
  clearTimeout(timer);
  if (at === link) return;
  hide();
  at = link;
  const told = await tell(link);
  if (at !== link || !told) return;
  const name = Object.assign(document.createElement("strong"), { textContent: told.title && `${told.title.replace(/[.?!]$/, "")}. ` });
  entry.replaceChildren(name, told.words);
  link.setAttribute("aria-describedby", entry.id);
  entry.hidden = false;
  const place = link.getBoundingClientRect();
  const room = document.documentElement.clientWidth - entry.offsetWidth - 8;
  const below = place.bottom + entry.offsetHeight + 8 < innerHeight;
  entry.style.left = `${Math.max(8, Math.min(place.left, room)) + scrollX}px`;
  entry.style.top = `${(below ? place.bottom + 4 : place.top - entry.offsetHeight - 4) + scrollY}px`;
}

// What a link leads to, in a few words, or nothing.
const pages = new Map(); // address -> its document
async function tell(link) {
  const id = decodeURIComponent(link.hash.slice(1)), term = isTerm(link) && window.ffnTerms?.[id];
  if (term) return term;
  if (link.dataset.source) return { title: "", words: link.dataset.source };
  const page = link.href.split("#")[0];
  if (!pages.has(page)) pages.set(page, page === location.href.split("#")[0] ? document : load(page));
  const read = await pages.get(page);
  const target = id ? read?.getElementById(id) : read?.querySelector(".bd-article section");
  return target && summary(target);
}
const load = (page) => fetch(page).then((r) => r.text()).then((html) => new DOMParser().parseFromString(html, "text/html"), () => null);

const LONGEST = 280;
function text(node) {
  const copy = node?.cloneNode(true);
  // A formula that is not set yet is TeX; one that is set is read as such by nobody.
  copy?.querySelectorAll(".headerlink, .math, script, svg, button, details, mjx-container").forEach((part) => part.replaceWith("…"));
  const words = (copy?.textContent ?? "").replace(/…(\s*…)*/g, "…").replace(/\s+/g, " ").trim().replace(/…$/, "").replace(/#$/, "");
  return words.length > LONGEST ? `${words.slice(0, LONGEST).replace(/\s\S*$/, "")} …` : words;
}
function summary(target) {
  if (target.matches("section, span")) {
    const section = target.closest("section");
    return { title: text(section?.querySelector("h1, h2, h3, h4")), words: text(section?.querySelector(":scope > p") ?? section?.querySelector("p")) };
  }
  if (target.matches("div.citation, li, p, dd, aside, .admonition")) return { title: "", words: text(target) };
  if (target.matches("dt")) return { title: text(target), words: text(target.nextElementSibling?.querySelector("p")) };
  return null;
}

function hide() {
  clearTimeout(timer);
  at?.removeAttribute("aria-describedby");
  at = null;
  entry.hidden = true;
}

const later = (act, wait) => { clearTimeout(timer); timer = setTimeout(act, wait); };

const isTerm = (link) => Boolean(link.querySelector(":scope > .std-term"));

for (const link of document.querySelectorAll(".bd-article p a.reference.internal, .bd-article li a.reference.internal")) {
  if (link.closest(".ffn-card, .ffn-doors, .toctree-wrapper, nav") || link.origin !== location.origin) continue;
  const term = isTerm(link);
  if (term && !window.ffnTerms?.[link.hash.slice(1)]) continue;
  let touched = false;
  link.classList.toggle("ffn-term", term);
  if (link.title) { // a citation: not once more by the browser
    link.dataset.source = link.title;
    link.removeAttribute("title");
  }
  link.addEventListener("pointerenter", (e) => { if (e.pointerType === "mouse") later(() => show(link), 150); });
  link.addEventListener("pointerleave", () => later(hide, 250));
  link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
  link.addEventListener("blur", hide);
  link.addEventListener("pointerdown", (e) => { touched = term && e.pointerType !== "mouse" && at !== link; });
  link.addEventListener("click", (e) => {
    if (!touched) return;
    e.preventDefault();
    touched = false;
    show(link);
  });
}
entry.addEventListener("pointerenter", () => clearTimeout(timer));
entry.addEventListener("pointerleave", () => later(hide, 250));
addEventListener("keydown", (e) => { if (e.key === "Escape") hide(); });
addEventListener("pointerdown", (e) => { if (at && !at.contains(e.target) && !entry.contains(e.target)) hide(); });
