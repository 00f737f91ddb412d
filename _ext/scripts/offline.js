// A site that carries Python itself can be read without a network: what was fetched once is kept.
// The network comes first, so that a reader who has one always sees the site as it is.
const CACHE = `ffn ${registration.scope} @VERSION@`;
const RUNTIME = /\/_static\/pyodide\//; // megabytes that change with their version only
const SORRY = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Not here yet</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><p>There is no network, and this
page has not been read on this device before.</p>`;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(begin()));
addEventListener("message", (event) => event.waitUntil(keep(event.data.keep)));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(registration.scope)) event.respondWith(answer(event));
});

async function begin() {
  for (const name of await caches.keys()) {
    if (name.startsWith(`ffn ${registration.scope} `) && name !== CACHE) await caches.delete(name);
  }
  await clients.claim();
}

// What a page had fetched before anybody listened.
async function keep(urls) {
  const cache = await caches.open(CACHE);
  for (const url of urls) {
    if (!(await cache.match(url))) await cache.add(url).catch(() => {}); // another visit may have more luck
  }
}

async function answer(event) {
  const { request } = event;
  const cache = await caches.open(CACHE);
  const kept = () => cache.match(request, { ignoreSearch: request.mode === "navigate" });
  if (RUNTIME.test(request.url)) {
    const there = await kept();
    if (there) return there;
  }
  try {
    const response = await fetch(request);
    if (response.status === 200 && !response.redirected) event.waitUntil(cache.put(request, response.clone()));
    return response;
  } catch (error) {
    const there = await kept();
    if (there) return there;
    if (request.mode !== "navigate") throw error;
    return new Response(SORRY, { status: 503, headers: { "Content-Type": "text/html" } });
  }
}
