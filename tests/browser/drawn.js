// What of a picture depends on its numbers: used to compare a picture on a page with one from CPython.
window.drawn = (svg) => {
  const box = document.createElement("div");
  if (typeof svg === "string") box.innerHTML = svg;
  const root = typeof svg === "string" ? box : svg;
  const names = ["d", "x", "y", "cx", "cy", "r", "width", "height", "href", "transform", "fill-opacity"];
  return [...root.querySelectorAll("svg :is(path, rect, circle, image, text, g)")].map(
    (node) => names.map((name) => node.getAttribute(name)).join() + (node.matches("text") ? node.textContent : "")
  ).join("\n");
};
