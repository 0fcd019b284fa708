/** Fetches a checkpoint's files from a web address: a folder of them, or a model's page on the Hugging Face Hub. */
import { LabError } from '../../core/errors.ts';
import { RateEstimate, type OnProgress } from '../../core/progress.ts';

/** Files a checkpoint has; optional ones may be absent. */
const WANTED: readonly { name: string; optional: boolean }[] = [
  { name: 'config.json', optional: false },
  { name: 'tokenizer.json', optional: false },
  { name: 'tokenizer_config.json', optional: true },
  { name: 'chat_template.jinja', optional: true },
  { name: 'model.safetensors', optional: true },
  { name: 'model.safetensors.index.json', optional: true },
];

/** The folder behind an address: `https://huggingface.co/org/name` means the files of its main branch. */
export function checkpointFolder(address: string): { folder: URL; name: string } {
  let url: URL;
  try {
    url = new URL(/^[\w.-]+\/[\w.-]+$/.test(address) ? `https://huggingface.co/${address}` : address);
  } catch {
    throw new LabError('models.address', `"${address}" is not a web address.`, 'Give the address of a folder with config.json and model.safetensors, or a Hub name such as HuggingFaceTB/SmolLM2-135M.', { address });
  }
  const hub = /^\/([\w.-]+)\/([\w.-]+)(?:\/(?:tree|resolve|blob)\/([^/]+))?/.exec(url.pathname);
  if (url.hostname === 'huggingface.co' && hub) {
    const [, org, name, revision = 'main'] = hub;
    return { folder: new URL(`https://huggingface.co/${org}/${name}/resolve/${revision}/`), name: name as string };
  }
  // The address of one of the files means its folder.
  const path = /\.(json|safetensors)$/.test(url.pathname) ? url.pathname.replace(/[^/]*$/, '') : url.pathname.replace(/\/?$/, '/');
  return { folder: new URL(path + url.search, url.origin), name: path.split('/').findLast(Boolean) ?? url.hostname };
}

/**
 * @throws LabError `models.download` naming the file and what the server said; the signal's reason when aborted
 */
export async function downloadCheckpoint(folder: URL, onProgress?: OnProgress, signal?: AbortSignal): Promise<Map<string, Blob>> {
  const blobs = new Map<string, Blob>();
  for (const { name, optional } of WANTED) {
    if (name === 'model.safetensors.index.json' && blobs.has('model.safetensors')) continue;
    const blob = await download(folder, name, optional, onProgress, signal);
    if (blob) blobs.set(name, blob);
  }
  const index = blobs.get('model.safetensors.index.json');
  if (index) {
    const { weight_map = {} } = JSON.parse(await index.text()) as { weight_map?: Record<string, string> };
    for (const name of new Set(Object.values(weight_map))) blobs.set(name, (await download(folder, name, false, onProgress, signal)) as Blob);
  }
  return blobs;
}

async function download(folder: URL, name: string, optional: boolean, onProgress?: OnProgress, signal?: AbortSignal): Promise<Blob | null> {
  const address = new URL(name + folder.search, folder);
  let response: Response;
  try {
    response = await fetch(address, { signal });
    if (optional && (response.status === 404 || response.status === 403)) return null;
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    return await collect(response, response.body, name, onProgress);
  } catch (thrown) {
    signal?.throwIfAborted();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new LabError('models.download', `${name} could not be fetched from ${folder.hostname}: ${reason}.`, 'Check the address and the connection. The server must allow other sites to read its files (CORS); the Hugging Face Hub does.', { address: address.href }, { cause: thrown });
  }
}

/** Chunks become Blobs as they come, which a browser may keep on disk. */
async function collect(response: Response, body: ReadableStream<Uint8Array>, name: string, onProgress?: OnProgress): Promise<Blob> {
  const total = Number(response.headers.get('content-length') ?? 0);
  const rate = new RateEstimate();
  const parts: Blob[] = [];
  let done = 0;
  for (const reader = body.getReader(); ; ) {
    const { value } = await reader.read();
    if (!value) break;
    parts.push(new Blob([value as Uint8Array<ArrayBuffer>]));
    done += value.length;
    onProgress?.({ phase: `Fetching ${name}`, done, total: Math.max(total, done), unit: 'bytes', secondsLeft: total > 0 ? rate.observe(performance.now() / 1000, done, total) : null });
  }
  return new Blob(parts);
}
