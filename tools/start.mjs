// npm start: install what is missing, build, serve the lab cross-origin isolated, print its URL.
import { ensurePackages, root } from './install.mjs';

ensurePackages();
const { build, preview } = await import('vite');
await build({ root, logLevel: 'warn' });
const server = await preview({ root, preview: { port: Number(process.env.PORT ?? 4173), host: process.env.HOST ?? 'localhost' } });
console.log(`\nPinch Lab is at ${server.resolvedUrls?.local[0] ?? 'http://localhost:4173/'}\nPress Ctrl+C to stop.`);
