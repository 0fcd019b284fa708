/** A checkpoint of the embedded world, fetched when it is asked for. All of them share one tokenizer. */
import { LabError } from '../core/errors.ts';
import type { CheckpointFiles } from '../records/checkpoint-files.ts';

/** File name to the folder it lies in, below `world/`. */
const PLACES: Record<string, (model: string) => string> = {
  'config.json': (model) => `${model}/`,
  'model.safetensors': (model) => `${model}/`,
  'tokenizer.json': () => '',
  'tokenizer_config.json': () => '',
};

/** @param base the page's address */
export function embeddedFiles(model: string, base: string): CheckpointFiles {
  return {
    names: Object.keys(PLACES),
    json: async (name) => (await fetchFile(embeddedAddress(model, name, base))).json() as Promise<unknown>,
    bytes: async (name) => new Uint8Array(await (await fetchFile(embeddedAddress(model, name, base))).arrayBuffer()),
  };
}

/** @throws LabError `models.missing-file` for a name that no embedded checkpoint has */
export function embeddedAddress(model: string, name: string, base: string): URL {
  const place = PLACES[name];
  if (!place) throw new LabError('models.missing-file', `Embedded checkpoints have no ${name}.`, 'This is a fault of the lab.', { name });
  return new URL(`world/${place(model)}${name}`, base);
}

/** @throws LabError `app.fetch` */
export async function fetchFile(address: URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (cause) {
    throw new LabError('app.fetch', `${address.pathname} could not be fetched.`, 'Check the connection and try again.', { address: address.href }, { cause });
  }
  if (!response.ok) throw new LabError('app.fetch', `${address.pathname} could not be fetched: the server answered ${response.status}.`, 'Reload the page; if it stays away, the lab was not deployed completely.', { address: address.href, status: response.status });
  return response;
}
