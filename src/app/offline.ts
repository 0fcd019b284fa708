/**
 * The page's side of the service worker (workers/service.ts), in the built lab only: offline use, and cross-origin
 * isolation on hosts that cannot send headers. The page of a new version is never kept from anyone: documents come from the
 * network first, and a new worker that is found waiting takes over at the next load, or at once when the person agrees.
 */

/** Dispatched on `window` when a newer version is ready; `detail.apply()` reloads into it. */
export const UPDATE_EVENT = 'lab:update';

/** Remembers that a reload for isolation was tried, so that it is tried once. */
const TRIED = 'pinch-lab/isolation-tried';

/** Registers the service worker. Reloads the page once where that is what it takes to be cross-origin isolated. */
export async function keepFresh(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator) || !isSecureContext) return;
  try {
    const registration = await navigator.serviceWorker.register(new URL('service.js', document.baseURI), { updateViaCache: 'none' });
    // This page came from the network and is new already; an older worker need not go on serving it.
    registration.waiting?.postMessage('take-over');
    registration.addEventListener('updatefound', () => watch(registration));
    if (!crossOriginIsolated) await reloadIsolated(registration);
    else sessionStorage.removeItem(TRIED);
  } catch (error) {
    // Without it the lab works, only not offline: private modes and some policies forbid service workers.
    console.warn('The service worker could not be registered:', error);
  }
}

function watch(registration: ServiceWorkerRegistration): void {
  const fresh = registration.installing;
  // The very first worker replaces nothing.
  if (!fresh || !registration.active) return;
  fresh.addEventListener('statechange', () => {
    if (fresh.state !== 'installed') return;
    const apply = (): void => {
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      fresh.postMessage('take-over');
    };
    window.dispatchEvent(new CustomEvent(UPDATE_EVENT, { detail: { apply } }));
  });
}

async function reloadIsolated(registration: ServiceWorkerRegistration): Promise<void> {
  if (sessionStorage.getItem(TRIED)) return;
  sessionStorage.setItem(TRIED, 'yes');
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  if (worker && worker.state !== 'activated') {
    await new Promise<void>((activated) => worker.addEventListener('statechange', () => worker.state === 'activated' && activated()));
  }
  location.reload();
  // Nothing of this page should run any further.
  await new Promise<never>(() => {});
}
