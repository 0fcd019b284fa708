import { redactSpellings } from './spellings.ts';

/** What an endpoint said, fit to be shown and stored: short, and without any key. Endpoints do echo keys in their errors. */
export function redact(text: string, key: string | null): string {
  const clean = redactSpellings(text, key).replace(/\b(sk|pk|key|gsk|xai)-[\w*.-]{6,}/g, '[key]').replace(/\s+/g, ' ').trim();
  return clean.length > 300 ? `${clean.slice(0, 300)}...` : clean;
}
