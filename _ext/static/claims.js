// The filter of the claims ledger. Rows carry what they are in their classes; the address carries
// the filter, so that a link shows what the reader saw. Without this script everything is shown.

const form = document.querySelector(".ffn-filter");
const fields = [...form.querySelectorAll("select, input")];
const rows = [...document.querySelectorAll(".ffn-ledger > li")];
const sections = [...document.querySelectorAll("section:has(> .ffn-ledger)")];

const plain = (text) => text.toLowerCase().normalize("NFKD");

function show() {
  const menus = fields.filter((f) => f.value && f.type !== "search");
  const wanted = menus.map((f) => `${f.name}-${f.value}`);
  const words = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
  for (const row of rows) {
    const told = words.length ? plain(row.textContent) : "";
    row.hidden =
      !wanted.every((name) => row.classList.contains(name)) || !words.every((w) => told.includes(w));
  }
  for (const section of sections) section.hidden = !section.querySelector("li:not([hidden])");
  const count = rows.filter((row) => !row.hidden).length;
  form.querySelector("output").textContent =
    count === rows.length ? `All ${count} claims are shown.` : `${count} of ${rows.length} claims are shown.`;
}

function set(query) {
  const asked = new URLSearchParams(query);
  for (const field of fields) {
    const value = asked.get(field.name) ?? "";
    const known = !field.options || [...field.options].some((option) => option.value === value);
    field.value = known ? value : "";
  }
  show();
}

function write() {
  const address = new URL(location.href);
  address.hash = "";
  for (const { name, value } of fields) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.pushState(null, "", address);
}

// An address that names a row or a chapter shows it, whatever the filter says.
function reveal() {
  const target = document.getElementById(location.hash.slice(1) || "none");
  if (!target?.closest(":is(.ffn-ledger > li, section)[hidden]")) return;
  set("");
  target.scrollIntoView();
}

form.addEventListener("input", (event) => { if (event.target.type === "search") show(); });
form.addEventListener("change", () => { show(); write(); });
form.addEventListener("reset", (event) => { event.preventDefault(); set(""); write(); });
form.addEventListener("submit", (event) => { event.preventDefault(); show(); write(); });
for (const link of document.querySelectorAll(".ffn-tally a"))
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    set(new URL(link.href).search);
    write();
    form.scrollIntoView();
    fields[0].focus({ preventScroll: true });
  });
addEventListener("popstate", () => { set(location.search); reveal(); });
addEventListener("hashchange", reveal);

form.hidden = false;
set(location.search);
reveal();
