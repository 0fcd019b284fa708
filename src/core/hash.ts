import { hash32 } from './rng.ts';

/**
 * A short, stable name for a text: 64 bits in 16 hexadecimal digits. Two FNV-1a passes that start from different
 * states, so that texts which collide in one do not collide in the other. It names records; it protects nothing.
 */
export function contentHash(text: string): string {
  return hex(hash32(`${text.length}:${text}`)) + hex(hash32(`#${text}`));
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
