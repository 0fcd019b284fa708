// node tools/bench-node.mjs FOLDER: packs tests/bench/node.ts for a GPU server without a browser. The folder then holds one
// module with all packages inside but `webgpu` (Dawn), ONNX Runtime's wasm and the goldens: node FOLDER/bench-node.mjs --webgpu=... (Node 24: 20 takes half a minute to start the wasm)
import { cpSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './install.mjs';

const folder = process.argv[2];
if (!folder) throw new Error('Usage: node tools/bench-node.mjs FOLDER');
const out = resolve(folder);
mkdirSync(out, { recursive: true });
const build = await rolldown({
  input: join(root, 'tests/bench/node.ts'),
  platform: 'node',
  // As a browser has it, on the runtime that the lab has.
  resolve: { alias: { '@huggingface/transformers': join(root, 'node_modules/@huggingface/transformers/dist/transformers.web.js') } },
  // What a page fetches by URL, and the builds of ONNX Runtime that are not used here.
  external: (id) => id === 'webgpu' || id.endsWith('?url') || id === 'onnxruntime-web/wasm' || id === 'onnxruntime-web/jspi' || id.startsWith('node:'),
  logLevel: 'warn',
});
await build.write({ file: join(out, 'bench-node.mjs'), format: 'esm', codeSplitting: false });
cpSync(join(root, 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.asyncify.wasm'), join(out, 'ort-wasm-simd-threaded.asyncify.wasm'));
cpSync(join(root, 'tests/golden/data'), join(out, 'data'), { recursive: true });
console.log(`${out}: bench-node.mjs, ONNX Runtime's wasm, goldens`);
