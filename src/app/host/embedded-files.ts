/** A checkpoint that ships with the page, fetched when it is asked for. */
import { LabError } from '../../core/errors.ts';
import type { CheckpointFiles } from '../../models/checkpoint.ts';

const NAMES = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];

/** @param folder its address, ending in a slash */
export function embeddedFiles(folder: URL): CheckpointFiles {
  return {
    names: NAMES,
    json: async (name) => (await fetchFile(new URL(name, folder))).json() as Promise<unknown>,
    bytes: async (name) => new Uint8Array(await (await fetchFile(new URL(name, folder))).arrayBuffer()),
  };
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
