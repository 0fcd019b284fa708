/** What an endpoint said, fit to be shown and stored: short, and without any key. Endpoints do echo keys in their errors. */
export function redact(text: string, key: string | null): string {
  const clean = redactKey(text, key).replace(/\b(sk|pk|key|gsk|xai)-[\w*.-]{6,}/g, '[key]').replace(/\s+/g, ' ').trim();
  return clean.length > 300 ? `${clean.slice(0, 300)}...` : clean;
}

/** Short keys are words like "none" that people give local servers: no secrets, and cutting them out would spoil the text. */
export function redactKey(text: string, key: string | null): string {
  return key && key.length >= 8 ? text.replaceAll(key, '[key]') : text;
}
