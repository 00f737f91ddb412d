// A site that carries Python itself is there without a network the next time.
const { offline } = JSON.parse(document.getElementById("ffn-config").textContent);
const at = (path) => new URL(path, document.baseURI).href;
let begun = false;

export function keepOffline() {
  if (begun || !offline || !navigator.serviceWorker) return;
  begun = true;
  const later = () => setTimeout(() => keep().catch((error) => console.warn("offline", error)), 1000);
  document.readyState === "complete" ? later() : addEventListener("load", later);
}

async function keep() {
  await navigator.serviceWorker.register(at(offline.script));
  const { active } = await navigator.serviceWorker.ready;
  const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({ keep: [location.href.split("#")[0], ...fetched, ...offline.keep.map(at)] });
}
