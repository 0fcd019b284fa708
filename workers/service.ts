/**
 * The service worker. It (a) keeps the lab for offline use, (b) adds the headers of cross-origin isolation, without which
 * there are no threads, where a static host cannot send them (GitHub Pages), and (c) makes requests to judges that the page asks it to
 * make, so that they outlive a reload (post.ts).
 *
 * Documents come from the network first, so a new version is never hidden by an old cache; files whose names carry a hash
 * come from the cache first, for they never change. Each version has a cache of its own and removes the others when it
 * takes over. The build fills in BUILD_VERSION and BUILD_SHELL (vite.config.ts).
 */
/// <reference lib="webworker" />
import { deliver } from './post.ts';
import type { RelayMessage } from './protocol.ts';

const worker = globalThis as unknown as ServiceWorkerGlobalScope;

declare const BUILD_VERSION: string;
declare const BUILD_SHELL: string[];

const PREFIX = 'pinch-lab/';
const CACHE = PREFIX + BUILD_VERSION;

/** Built files carry a content hash in their name. */
const HASHED = /\/assets\/[^/]+-[\w-]{8}\.\w+$/;
/** How long the network may take for a document before the kept one is shown. */
const PATIENCE_MS = 4000;

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await cache.addAll(BUILD_SHELL.map((path) => new Request(path, { cache: 'no-cache' })));
      // The first version has nothing to wait for; a later one waits until it is let in.
      if (!worker.registration.active) await worker.skipWaiting();
    }),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
      await worker.clients.claim();
    }),
  );
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take-over') void worker.skipWaiting();
  else if (event.data?.relay) event.waitUntil(deliver((event.data as RelayMessage).relay));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  // What the page and its workers send to others is none of this worker's business.
  if (request.method !== 'GET' || origin !== worker.location.origin || request.headers.has('range')) return;
  event.respondWith(HASHED.test(pathname) ? cacheFirst(event) : networkFirst(event));
});

async function cacheFirst(event: FetchEvent): Promise<Response> {
  const kept = await caches.match(event.request);
  return kept ? isolated(kept) : fetchAndKeep(event);
}

async function networkFirst(event: FetchEvent): Promise<Response> {
  const kept = await caches.match(event.request, { ignoreSearch: event.request.mode === 'navigate' });
  const fetched = fetchAndKeep(event);
  if (!kept) return fetched;
  try {
    return await Promise.race([fetched, new Promise<never>((_, late) => setTimeout(late, PATIENCE_MS))]);
  } catch {
    fetched.catch(() => {});
    return isolated(kept);
  }
}

async function fetchAndKeep(event: FetchEvent): Promise<Response> {
  const response = await fetch(event.request);
  if (response.ok && response.type === 'basic') {
    const copy = response.clone();
    // A full disk must not keep the page from loading.
    event.waitUntil(caches.open(CACHE).then((cache) => cache.put(event.request, copy)).catch(() => {}));
  }
  return isolated(response);
}

function isolated(response: Response): Response {
  if (response.status === 0 || response.type === 'opaqueredirect') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const bodiless = response.status === 204 || response.status === 304;
  return new Response(bodiless ? null : response.body, { status: response.status, statusText: response.statusText, headers });
}
