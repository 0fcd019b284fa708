/** The page between its engine and the service worker, which a worker cannot reach by itself. */
import type { RelayedCall, RelayMessage, RelayRefusal } from '../../workers/protocol.ts';

/** A browser ends a service worker's task after five minutes. */
export const LONGEST_RELAYED_SECONDS = 270;

/** Whether a call with this time limit would outlive a reload of this page. */
export function outlivesReload(timeoutSeconds: number): boolean {
  return serviceWorker() !== null && timeoutSeconds <= LONGEST_RELAYED_SECONDS;
}

/** Hands a call to the service worker, or tells the engine that there is none. */
export function forward(relay: RelayedCall, engine: Worker): void {
  const worker = serviceWorker();
  if (worker) worker.postMessage({ relay } satisfies RelayMessage);
  else engine.postMessage({ relayRefused: relay.id } satisfies RelayRefusal);
}

/** Built pages alone have one; a page that was reloaded past its caches goes without. */
function serviceWorker(): ServiceWorker | null {
  return import.meta.env.PROD && 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null;
}
