// What the lab's page and workers may load, run and reach, as data: vite.config.ts puts it into the page, the preview server and _headers.
// The page computes nothing and talks to nobody but its own origin. Judges and model hubs are called by workers, which have no DOM.

/** Cross-origin isolation, without which there is no SharedArrayBuffer and so no WASM threads. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Of every answer: nobody learns where a visitor came from, and no device is asked for but the screen's wakefulness and the clipboard. */
export const COMMON = {
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Permissions-Policy': 'accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), microphone=(), midi=(), payment=(), serial=(), usb=(), clipboard-write=(self), screen-wake-lock=(self)',
};

/** @param {Record<string, readonly string[]>} directives @returns {string} */
const written = (directives) => Object.entries(directives).map(([name, sources]) => [name, ...sources].join(' ')).join('; ');

/**
 * The page's own policy, fit for a meta element too.
 * @param {{ scripts: readonly string[], styles: readonly string[] }} hashes of the inline script and style, as `'sha256-...'`
 */
export function pagePolicy({ scripts, styles }) {
  return written({
    'default-src': ["'none'"],
    'script-src': ["'self'", ...scripts],
    'style-src': ["'self'", ...styles],
    // Icons of the component library are data URLs, which it fetches.
    'img-src': ["'self'", 'data:', 'blob:'],
    'connect-src': ["'self'", 'data:'],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'base-uri': ["'none'"],
    'form-action': ["'none'"],
    // Text becomes markup nowhere but in Lit's templates, and in `default` (src/app/trusted.ts), which lets the icons through.
    'require-trusted-types-for': ["'script'"],
    'trusted-types': ['lit-html', 'default'],
  });
}

/** What a meta element cannot say. */
const HEADER_ONLY = "frame-ancestors 'none'";

/** Anywhere a person may name: a judge on this machine or in the office has no https. */
const ANYWHERE = ['data:', 'blob:', 'https:', 'http:'];
const worker = (/** @type {readonly string[]} */ ...scripts) => written({ 'default-src': ["'none'"], 'script-src': ["'self'", ...scripts], 'connect-src': ["'self'", ...ANYWHERE], 'worker-src': ["'self'"], 'trusted-types': ["'none'"] });

/** Of a file that is only ever fetched. */
const NOTHING = written({ 'default-src': ["'none'"] });

/** By path below the page's folder, the first that fits. */
export const WORKER_POLICIES = [
  // ONNX Runtime's WebGPU builds call `new Function` once, to name a class after C++'s (Emscripten's embind).
  { path: 'assets/engine-*.js', policy: worker("'wasm-unsafe-eval'", "'unsafe-eval'") },
  // Its threads are workers that run its own module.
  { path: 'assets/ort-*.mjs', policy: worker("'wasm-unsafe-eval'", "'unsafe-eval'") },
  { path: 'assets/data-*.js', policy: worker() },
  { path: 'service.js', policy: worker() },
];

/**
 * @param {string} path below the page's folder, without query
 * @param {string} page the page's policy
 * @returns {Record<string, string>}
 */
export function headersOf(path, page) {
  const own = WORKER_POLICIES.find((one) => matches(one.path, path));
  const html = path === '' || path.endsWith('.html');
  const policy = html ? `${page}; ${HEADER_ONLY}` : (own?.policy ?? NOTHING);
  return { ...ISOLATION, ...COMMON, 'Content-Security-Policy': policy };
}

function matches(/** @type {string} */ pattern, /** @type {string} */ path) {
  const [before, after] = pattern.split('*');
  return after === undefined ? path === pattern : path.startsWith(before) && path.endsWith(after);
}

/**
 * The file that Netlify and Cloudflare Pages read. Of rules that fit a path both hosts join the values, so that no path may have two policies; and
 * Netlify knows a wildcard at the end of a path only, so that built files are named one by one.
 * @param {string} page the page's policy
 * @param {readonly string[]} files of the build
 */
export function headersFile(page, files) {
  const lines = (/** @type {Record<string, string>} */ headers) => Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`);
  const policy = (/** @type {string} */ value) => lines({ 'Content-Security-Policy': value });
  return [
    '# Written by the build (tools/policy.mjs) for hosts that read this file: Netlify, Cloudflare Pages.',
    '/*', ...lines({ ...ISOLATION, ...COMMON }), '',
    ...['/', '/index.html'].flatMap((path) => [path, ...policy(`${page}; ${HEADER_ONLY}`), '']),
    ...files.flatMap((path) => {
      const own = WORKER_POLICIES.find((one) => matches(one.path, path));
      return own ? [`/${path}`, ...policy(own.policy), ''] : [];
    }),
    '# The next version is found through these two, so they are never taken from a cache unasked.',
    '/service.js', '  Cache-Control: no-cache', '/index.html', '  Cache-Control: no-cache', '',
    '/assets/*', '  Cache-Control: public, max-age=31536000, immutable', '',
  ].join('\n');
}
