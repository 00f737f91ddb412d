// An explorer alone on its page, often in a frame: its colours, and its height for whoever frames it.
{
  const asked = new URLSearchParams(location.search).get("theme");
  let kept = null;
  try {
    kept = localStorage.getItem("theme"); // a frame of another site may be allowed no memory
  } catch {}
  const dark = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const framed = window.parent !== window;
  document.documentElement.dataset.theme = ["light", "dark"].includes(asked) ? asked : ((!framed && kept) || dark);
  document.documentElement.toggleAttribute("data-framed", framed);
  addEventListener("DOMContentLoaded", () => {
    if (!framed) return;
    const tell = () => parent.postMessage({ ffn: location.pathname, height: Math.ceil(document.body.scrollHeight) }, "*");
    new ResizeObserver(tell).observe(document.body);
  });
}
