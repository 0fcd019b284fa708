/** Where a checkpoint can be fetched from: a repository of the Hugging Face Hub at one commit, or any folder of files on the web. */
import { LabError } from '../core/errors.ts';
import { patiently, refused } from './patience.ts';

const HUB = 'https://huggingface.co';

/** A checkpoint's folder, and how its files are asked for. */
export interface Source {
  /** What a person gave, brought to one form; names the download. */
  address: string;
  /** Of the last part of the address. */
  name: string;
  folder: URL;
  /** The commit of a Hub repository; null where nothing pins the files. */
  revision: string | null;
  /** The files there are with their sizes, where that is known beforehand. */
  files: ReadonlyMap<string, number> | null;
  /** Sent to the Hub alone, never stored. */
  token: string | null;
}

export interface SourceOptions {
  /** Branch, tag or commit; `main` where left out. */
  revision?: string | undefined;
  /** For gated repositories. */
  token?: string | undefined;
}

/** What an address means, before anything is asked of the network. @throws LabError `models.address` */
export function parseAddress(given: string, revision?: string): { repository: string; revision: string } | { folder: URL } {
  const text = given.trim();
  const short = /^([\w.-]+\/[\w.-]+?)(?:@([\w./-]+))?$/.exec(text);
  if (short) return { repository: short[1] as string, revision: revision || short[2] || 'main' };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new LabError('models.address', `"${text}" is neither a web address nor the name of a Hub repository.`, 'Give a Hub name such as HuggingFaceTB/SmolLM2-135M, or the address of a folder with config.json and model.safetensors.', { address: text });
  }
  const hub = /^\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|resolve|blob)\/([^/]+))?/.exec(url.pathname);
  if (url.origin === HUB && hub) return { repository: hub[1] as string, revision: revision || (hub[2] ? decodeURIComponent(hub[2]) : 'main') };
  // The address of one of the files means its folder.
  const path = /\.(json|safetensors)$/.test(url.pathname) ? url.pathname.replace(/[^/]*$/, '') : url.pathname.replace(/\/?$/, '/');
  return { folder: new URL(path + url.search, url.origin) };
}

/**
 * Finds a checkpoint. A repository's branch is resolved to its commit, so that all files are of one version.
 * @throws LabError `models.address`, `models.gated` (401, 403), `models.not-found`, `models.busy` (429), `models.download`
 */
export async function findSource(given: string, { revision, token }: SourceOptions, signal?: AbortSignal): Promise<Source> {
  const parsed = parseAddress(given, revision);
  if ('folder' in parsed) {
    const { folder } = parsed;
    // What stands behind a question mark may be a key: it is used, and never kept.
    return { address: folder.origin + folder.pathname, name: folder.pathname.split('/').findLast(Boolean) ?? folder.hostname, folder, revision: null, files: null, token: null };
  }
  const { repository } = parsed;
  const api = new URL(`${HUB}/api/models/${repository}/revision/${encodeURIComponent(parsed.revision)}?blobs=true`);
  const response = await patiently(async () => {
    const answer = await fetch(api, { headers: headersFor(api, token ?? null), ...(signal ? { signal } : {}) }).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw new LabError('models.download', `The Hugging Face Hub could not be reached: ${cause instanceof Error ? cause.message : String(cause)}.`, 'Check the connection and try again.', { repository }, { cause });
    });
    if (!answer.ok) throw refused(answer, `${repository} at ${parsed.revision}`, `${HUB}/${repository}`, Boolean(token));
    return answer;
  }, signal);
  const { sha, siblings = [] } = (await response.json()) as { sha?: string; siblings?: { rfilename: string; size?: number; lfs?: { size: number } }[] };
  if (!sha) throw new LabError('models.download', `The Hub did not say which commit ${repository} is at.`, 'Try again later, or give the address of a folder of files.', { repository });
  const files = new Map(siblings.map(({ rfilename, size, lfs }) => [rfilename, lfs?.size ?? size ?? 0]));
  return { address: repository, name: repository.split('/')[1] as string, folder: new URL(`${HUB}/${repository}/resolve/${sha}/`), revision: sha, files, token: token || null };
}

/** The token goes to the Hub's own host and nowhere else. */
export function headersFor(url: URL, token: string | null): Record<string, string> {
  return token && url.origin === HUB ? { authorization: `Bearer ${token}` } : {};
}
