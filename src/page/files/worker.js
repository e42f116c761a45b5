// Keeps the page itself for when its machine cannot be reached, so that it can say so. Only the files below are
// ever kept: what the hub tells comes by the WebSocket, which no service worker sees.

const SHELL = "pane-patrol-shell";
const FILES = [
  "/", "/style.css", "/manifest.webmanifest",
  "/icon.svg", "/icon-192.png", "/icon-512.png", "/icon-512-maskable.png", "/apple-touch-icon.png",
  "/app.js", "/acts.js", "/age.js", "/armed.js", "/dom.js", "/door.js", "/ended.js", "/hub.js", "/list.js",
  "/manage.js", "/model.js", "/patch.js", "/request.js", "/rights.js", "/row.js", "/text.js", "/told.js", "/words.js",
  "/work.js",
];

self.addEventListener("install", (event) => {
  const fresh = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(fresh)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === self.location.origin && FILES.includes(pathname)) {
    event.respondWith(answer(pathname, event.request));
  }
});

/** The file as it is now; as it was kept, where nobody answers. */
async function answer(path, request) {
  const cache = await caches.open(SHELL);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) {
      await cache.put(path, fresh.clone());
      return fresh;
    }
  } catch {
    // Nobody answers there.
  }
  return (await cache.match(path)) ?? Response.error();
}
