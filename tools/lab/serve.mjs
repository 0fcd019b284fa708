// Serves the built lab, and beside it, under a path nobody can guess, the files a run reads and the ones it writes.
import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ensurePackages, root } from '../install.mjs';
import { sendFile } from './files.mjs';
import { Refusal } from './options.mjs';

/** Builds the lab when there is no build or the sources are newer. */
async function ensureBuilt() {
  const { readdirSync } = await import('node:fs');
  const index = join(root, 'dist', 'index.html');
  const built = existsSync(index) ? statSync(index).mtimeMs : 0;
  const newest = ['src', 'workers', 'public'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
  if (built >= Math.max(...newest, statSync(join(root, 'package.json')).mtimeMs)) return;
  console.log('Building the lab ...');
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn' });
}

/**
 * @param {{ reads: Map<string, string>, out: string, port: number | null }} options reads: path by the name it is read under
 * @returns the page's address, where to read and write, and how to stop
 */
export async function serveLab({ reads, out, port }) {
  ensurePackages();
  await ensureBuilt();
  const { preview } = await import('vite');
  const secret = `/local-${randomUUID()}/`;
  const answer = async (request, response) => {
    const name = decodeURIComponent(request.url.slice(secret.length));
    if (request.method === 'PUT' && /^[\w.-]+$/.test(name)) {
      // Whole or not at all: a name stands for a finished file.
      const path = join(out, name);
      await pipeline(request, createWriteStream(`${path}.part`));
      renameSync(`${path}.part`, path);
      response.writeHead(204).end();
      return;
    }
    const path = reads.get(name);
    if (request.method !== 'GET' || !path) {
      response.writeHead(404).end();
      return;
    }
    await sendFile(request, response, path);
  };
  const local = {
    name: 'local-files',
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (!request.url.startsWith(secret)) return next();
        answer(request, response).catch((error) => {
          console.error(`${request.method} failed: ${error.message}`);
          if (!response.headersSent) response.writeHead(500);
          response.end(String(error.message));
        });
      });
    },
  };
  let server;
  try {
    server = await preview({ root, plugins: [local], preview: { port: port ?? 4800 + Math.floor(Math.random() * 900), strictPort: true, host: 'localhost', open: false } });
  } catch (error) {
    throw new Refusal(`The lab could not be served${port === null ? '' : ` on port ${port}`}: ${error.message}. A run keeps its port, because its storage belongs to the address: free it, or start in a new --out folder.`);
  }
  const { port: served } = server.httpServer.address();
  return { port: served, address: `http://localhost:${served}/`, local: `http://localhost:${served}${secret}`, close: () => new Promise((closed) => server.httpServer.close(closed)) };
}
