// Results while one types: the theme's search field asks Pagefind, section by section.
// Without JavaScript, or if the index cannot be fetched, the form leads to Sphinx's own search page.
const ROOT = new URL("../../", import.meta.url);
const MOST_PAGES = 8, MOST_SECTIONS = 2;
let engine;

function load() {
  engine ??= import(new URL("pagefind/pagefind.js", ROOT).href).then(async (pagefind) => {
    await pagefind.options({ baseUrl: ROOT.pathname, excerptLength: 22 });
    return pagefind;
  });
  return engine;
}

function item(title, where, excerpt, url) {
  const link = document.createElement("a");
  link.href = url;
  const [name, page, text] = ["strong", "small", "span"].map((tag) => document.createElement(tag));
  name.textContent = title;
  page.textContent = where;
  text.innerHTML = excerpt; // Pagefind's: text of our own pages, escaped, with <mark>
  link.append(name, page, text);
  const row = document.createElement("li");
  row.append(link);
  return row;
}

function rows(found) {
  return found.flatMap((page) => {
    const sections = page.sub_results.slice().sort((a, b) => score(b) - score(a)).slice(0, MOST_SECTIONS);
    return sections.map((s) => item(s.title, page.meta.title, s.excerpt, s.url));
  });
}

// A word in a heading, or among a section's other names, says more than many words in a long text.
function score(section) {
  const each = section.weighted_locations.map((location) => location.balanced_score);
  return Math.max(...each) + 0.02 * each.reduce((sum, one) => sum + one, 0);
}

function attach(form) {
  const field = form.querySelector("input[type=search]");
  if (!field || form.querySelector(".ffn-results")) return;
  const list = document.createElement("ol");
  list.className = "ffn-results";
  const state = document.createElement("p");
  state.className = "ffn-results-state";
  state.setAttribute("role", "status");
  form.after(state, list);
  field.addEventListener("focus", load, { once: true });
  field.addEventListener("input", async () => {
    const asked = field.value.trim();
    if (!asked) { list.replaceChildren(); state.textContent = ""; return; }
    try {
      const answer = await (await load()).debouncedSearch(asked, {}, 120);
      if (!answer) return; // another letter was typed meanwhile
      const pages = await Promise.all(answer.results.slice(0, MOST_PAGES).map((r) => r.data()));
      if (field.value.trim() !== asked) return;
      const shown = rows(pages);
      list.replaceChildren(...shown);
      state.textContent = shown.length ? `${shown.length} sections, best first` : "Nothing was found.";
    } catch {
      state.textContent = "The index could not be loaded: press Enter for the search page.";
    }
  });
  const links = () => [...list.querySelectorAll("a")];
  form.parentElement.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = links();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    (all[at] ?? field).focus();
  });
  form.addEventListener("submit", (event) => {
    const [first] = links();
    if (first && form.closest("dialog")) { event.preventDefault(); first.click(); }
  });
}

document.querySelectorAll("form.bd-search").forEach(attach);
