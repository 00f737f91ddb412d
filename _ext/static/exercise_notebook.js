// Notebooks of exercises, as data: what an assignment asks for, a notebook with the answers in it,
// and the answers out of a notebook. Nothing here touches the page, and nothing of a notebook runs.

export const LONGEST = 200_000; // characters of one answer
const LARGEST = 50_000_000; // characters of a file

// An answer that the browser, Python and a file all take: no halves of characters, one kind of line end.
export const clean = (text) => text.toWellFormed().replace(/\r\n?/g, "\n");

const joined = (source) => (Array.isArray(source) ? source : [source]).join("");
const said = (cell) => cell?.metadata?.nbgrader ?? {};

// The problems of a release notebook, in order:
//   {id, kind: "code" | "text", stub, test, version, before}
// `before` lists the code cells that come first, [{id, source}], an id being null where the cell is given.
export function problems(release) {
  const found = [], before = [];
  let about = "";
  for (const cell of release.cells) {
    const { solution, grade, grade_id: id } = said(cell), source = joined(cell.source);
    if (cell.cell_type === "markdown" && !solution) {
      about = source;
    } else if (solution) {
      const kind = cell.cell_type === "code" ? "code" : "text";
      found.push({ id, kind, stub: source, test: "", version: hash(about + source), before: [...before] });
      if (kind === "code") before.push({ id, source });
    } else if (grade) {
      const problem = found.at(-1);
      Object.assign(problem, { test: source, version: hash(problem.version + source) });
    } else {
      before.push({ id: null, source });
    }
  }
  return found;
}

// The release notebook with the answers in their cells, as the text of a file; all else as it is.
export function filled(release, answers) {
  const cells = release.cells.map((cell) => {
    const { solution, grade_id: id } = said(cell);
    return solution && answers[id] !== undefined ? { ...cell, source: lines(clean(answers[id])) } : cell;
  });
  return `${JSON.stringify({ ...release, cells }, null, 1)}\n`;
}
const lines = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

// The answers in a notebook, by problem, and sentences about what is not as it should be. Throws a
// sentence if there is nothing to take.
export function opened(text, release, assignment) {
  const cells = cellsOf(text), asked = problems(release), answers = {}, sentences = [];
  const known = new Map();
  for (const cell of cells) {
    const { grade_id: id, solution } = said(cell);
    if (typeof id === "string" && solution) known.set(id, [...(known.get(id) ?? []), cell]);
  }
  const others = [...known.keys()].filter((id) => !asked.some((problem) => problem.id === id));
  const lost = [], renamed = [], copied = [], odd = [];
  for (const problem of asked) {
    const marked = (known.get(problem.id) ?? []).filter((cell) => readable(cell));
    const written = marked.filter((cell) => sourceOf(cell).trim() !== problem.stub.trim());
    let cell = written[0] ?? marked[0];
    if (new Set(written.map(sourceOf)).size > 1) copied.push(problem.id);
    if (!cell && problem.kind === "code") {
      cell = cells.find((one) => one?.cell_type === "code" && readable(one) && !said(one).grade && !asked.some(({ id }) => id === said(one).grade_id) && defines(sourceOf(one), problem.id));
      if (cell) renamed.push(problem.id);
    }
    if (!cell) lost.push(problem.id);
    else if (sourceOf(cell).length > LONGEST) odd.push(problem.id);
    else answers[problem.id] = sourceOf(cell);
  }
  if (!Object.keys(answers).length) {
    const begun = cells.map((cell) => readable(cell) && /\bchecks\.begin\(\s*["'](\w+)["']/.exec(sourceOf(cell))?.[1]).find(Boolean);
    if (begun && begun !== assignment) throw new Error(`This is the notebook of another assignment, ${begun}: open it on that assignment's page.`);
    if (odd.length) throw new Error(`The answers in this notebook are too long: at most ${LONGEST.toLocaleString("en")} characters each.`);
    throw new Error(`This notebook has no cells of the assignment ${assignment}.`);
  }
  if (renamed.length) sentences.push(`Found by the function's name, since the cell's own mark was lost: ${named(renamed)}.`);
  if (copied.length) sentences.push(`There are several cells with an answer; the first was taken: ${named(copied)}.`);
  if (odd.length) sentences.push(`Not taken, since it has more than ${LONGEST.toLocaleString("en")} characters: ${named(odd)}.`);
  if (lost.length) sentences.push(`Not in this notebook: ${named(lost)}.`);
  if (others.length) sentences.push(`In the notebook but not asked for here: ${named(others)}.`);
  if (changed(cells, release)) sentences.push("The assignment has changed since this notebook was handed out; your answers were carried over problem by problem. Check them again.");
  return { answers, sentences };
}
const named = (ids) => ids.map((id) => id.slice(0, 60)).slice(0, 12).join(", ") + (ids.length > 12 ? ", …" : "");
const readable = (cell) => typeof cell?.source === "string" || (Array.isArray(cell?.source) && cell.source.every((line) => typeof line === "string"));
const sourceOf = (cell) => clean(joined(cell.source));
const defines = (source, name) => new RegExp(`^def\\s+${name}\\s*\\(`, "m").test(source);

function cellsOf(text) {
  if (text.length > LARGEST) throw new Error("This file is larger than any notebook of this course: at most 50 MB.");
  if (!text.trim()) throw new Error("This file is empty.");
  let file;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    const cut = /^\s*\{/.test(text) && /"cells"/.test(text);
    throw new Error(cut ? "This notebook is damaged: its JSON cannot be read to the end. Save it again in Jupyter." : "This file is not a Jupyter notebook: choose one whose name ends in .ipynb.");
  }
  if (Array.isArray(file?.worksheets)) throw new Error("This notebook is in an old format (nbformat 3): open it in Jupyter and save it again.");
  if (!Array.isArray(file?.cells)) throw new Error("This file is not a Jupyter notebook: it has no cells.");
  return file.cells;
}

// Whether a cell that nobody should edit stands otherwise in the release: then that one is newer, or
// the reader has edited it.
function changed(cells, release) {
  const locked = new Map(release.cells.filter((cell) => said(cell).locked).map((cell) => [said(cell).grade_id, said(cell).checksum]));
  return cells.some((cell) => {
    const { grade_id: id, checksum, solution } = said(cell);
    return !solution && locked.has(id) && typeof checksum === "string" && checksum !== locked.get(id);
  });
}

// A short mark of a text, to see whether it has changed; no secret depends on it.
export function hash(text) {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
