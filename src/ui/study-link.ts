/** A study in a link: its manifest as deflated JSON in base64url. A manifest holds no key, so neither does the link. */
import type { Manifest, ManifestInput } from '../studies/manifest.ts';
import { href } from './route.ts';

/** The address that opens the Train page with this manifest filled in. */
export async function studyLink(manifest: Manifest, page: URL | Location = location): Promise<string> {
  const packed = await pipe(new TextEncoder().encode(JSON.stringify(manifest)), new CompressionStream('deflate-raw'));
  const text = btoa(Array.from(packed, (byte) => String.fromCharCode(byte)).join(''));
  const code = text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  return `${page.origin}${page.pathname}${href('train', null, { manifest: code })}`;
}

/** What a link carries, not validated yet. Throws where it is damaged. */
export async function manifestFromLink(code: string): Promise<ManifestInput> {
  const binary = atob(code.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(await pipe(bytes, new DecompressionStream('deflate-raw')))) as ManifestInput;
}

async function pipe(bytes: Uint8Array<ArrayBuffer>, through: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer());
}
