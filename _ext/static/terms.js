// Shows a term's glossary entry at its link: on hover, on focus, and on a first tap, which does not
// follow the link then. Escape and a tap elsewhere put it away; the pointer may move onto it.

const entry = Object.assign(document.createElement("div"), { id: "ffn-entry", className: "ffn-entry", hidden: true });
entry.setAttribute("role", "tooltip");
document.body.append(entry);
let at = null;
let timer = 0;

function show(link) {
  clearTimeout(timer);
  if (at === link) return;
  hide();
  const { title, words } = window.ffnTerms[link.hash.slice(1)];
  at = link;
  const name = Object.assign(document.createElement("strong"), { textContent: `${title}. ` });
  entry.replaceChildren(name, words);
  link.setAttribute("aria-describedby", entry.id);
  entry.hidden = false;
  const place = link.getBoundingClientRect();
  const room = document.documentElement.clientWidth - entry.offsetWidth - 8;
  const below = place.bottom + entry.offsetHeight + 8 < innerHeight;
  entry.style.left = `${Math.max(8, Math.min(place.left, room)) + scrollX}px`;
  entry.style.top = `${(below ? place.bottom + 4 : place.top - entry.offsetHeight - 4) + scrollY}px`;
}

function hide() {
  clearTimeout(timer);
  at?.removeAttribute("aria-describedby");
  at = null;
  entry.hidden = true;
}

const later = (act, wait) => { clearTimeout(timer); timer = setTimeout(act, wait); };

for (const word of document.querySelectorAll("a > .std-term")) {
  const link = word.parentElement;
  if (!window.ffnTerms?.[link.hash.slice(1)]) continue;
  let touched = false;
  link.classList.add("ffn-term");
  link.addEventListener("pointerenter", (e) => { if (e.pointerType === "mouse") later(() => show(link), 150); });
  link.addEventListener("pointerleave", () => later(hide, 250));
  link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
  link.addEventListener("blur", hide);
  link.addEventListener("pointerdown", (e) => { touched = e.pointerType !== "mouse" && at !== link; });
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
