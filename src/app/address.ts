/** What the page's address says: `?device=webgpu|wasm`, `?fresh`, and a study in `#study=<base64url of its manifest's JSON>`. */
import { LabError } from '../core/errors.ts';
import type { Manifest, ManifestInput } from '../records/manifest.ts';

export interface PageOptions {
  device: 'auto' | 'webgpu' | 'wasm';
  /** Empty this browser's storage before anything else: for classes that share a machine. */
  fresh: boolean;
}

const DEVICES = ['auto', 'webgpu', 'wasm'] as const;

/** @throws LabError `app.address` for a device there is none of */
export function readOptions(address: URL): PageOptions {
  const device = address.searchParams.get('device') ?? 'auto';
  const known = DEVICES.find((name) => name === device);
  if (!known) throw new LabError('app.address', `The address asks for the device "${device}", which there is not.`, `Use one of: ${DEVICES.join(', ')}.`, { device });
  return { device: known, fresh: address.searchParams.has('fresh') };
}

/** The hash that carries a study. Manifests hold no keys, so neither does a link. */
export function writeStudyHash(manifest: Manifest | ManifestInput): string {
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `#study=${text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/**
 * What a hash carries, not validated yet; null when it carries no study.
 * @throws LabError `app.damaged-link`
 */
export function readStudyHash(hash: string): unknown {
  const code = /^#study=([\w-]*)$/.exec(hash)?.[1];
  if (code === undefined) return null;
  try {
    const binary = atob(code.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch (cause) {
    throw new LabError('app.damaged-link', 'The link holds a study, but it is damaged.', 'Copy the whole link again; mail programs sometimes cut long ones.', {}, { cause });
  }
}
