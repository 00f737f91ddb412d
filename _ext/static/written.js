// A text answer as it will look: Markdown and formulas, and nothing that can run.
//
// markdown-it leaves HTML out and refuses addresses with scripts; of a formula MathJax is given only
// what sets mathematics, and what it made is looked through before it is shown.
import "./editor/markdown-it.min.js";

const markdown = globalThis.markdownit({ html: false, linkify: false });
markdown.disable("image"); // nothing is loaded from anywhere
markdown.inline.ruler.before("escape", "formula", formula);
markdown.renderer.rules.formula = (tokens, at) => {
  const { content, markup } = tokens[at];
  return `<span class="ffn-formula" data-display="${markup === "$$"}">${markdown.utils.escapeHtml(content)}</span>`;
};

// $…$ and $$…$$; a dollar sign that opens nothing is a dollar sign.
function formula(state, silent) {
  const { src, pos } = state;
  if (src[pos] !== "$") return false;
  const mark = src.startsWith("$$", pos) ? "$$" : "$", from = pos + mark.length;
  let end = src.indexOf(mark, from);
  while (end > 0 && src[end - 1] === "\\") end = src.indexOf(mark, end + 1);
  const content = end < 0 ? "" : src.slice(from, end);
  if (!content.trim() || (mark === "$" && (/^\s/.test(content) || /\s$/.test(content)))) return false;
  if (!silent) Object.assign(state.push("formula", "", 0), { content, markup: mark });
  state.pos = end + mark.length;
  return true;
}

const BEYOND = /\\(href|url|class|cssId|style|data|require|unicode|html\w*|includegraphics|def|let|gdef|newcommand|renewcommand|newenvironment|renewenvironment|csname|mmlToken)\b/;

let turn = 0;
export async function render(text, place) {
  const mine = (turn += 1);
  const made = document.createElement("div");
  made.innerHTML = markdown.render(text);
  for (const link of made.querySelectorAll("a")) Object.assign(link, { rel: "noopener noreferrer", target: "_blank" });
  for (const span of made.querySelectorAll(".ffn-formula")) await typeset(span);
  if (mine !== turn) return; // something newer is being drawn
  place.replaceChildren(...(made.childNodes.length ? made.childNodes : ["Nothing is written yet."]));
  const { startup } = window.MathJax ?? {};
  startup?.document?.clear(); // what it knows of the page's formulas, so that it adds the styles of these
  startup?.document?.updateDocument();
}

async function typeset(span) {
  const source = span.textContent, display = span.dataset.display === "true";
  const beyond = BEYOND.exec(source);
  if (beyond) {
    span.textContent = `${display ? "$$" : "$"}${source}${display ? "$$" : "$"}`;
    span.title = `\\${beyond[1]} is not shown here`;
    return;
  }
  try {
    await ready();
    const set = await window.MathJax.tex2chtmlPromise(source, { display });
    for (const node of [set, ...set.querySelectorAll("*")]) {
      for (const { name } of [...node.attributes]) if (/^on|href|^src/i.test(name)) node.removeAttribute(name);
    }
    span.replaceChildren(set);
  } catch (problem) {
    console.warn("formula", problem); // its source stays
  }
}

// MathJax comes with pages that have formulas, and may still be starting.
async function ready() {
  for (let i = 0; i < 100 && !window.MathJax?.tex2chtmlPromise; i++) await new Promise((done) => setTimeout(done, 100));
  await window.MathJax.startup.promise;
}
