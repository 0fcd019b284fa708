/** A secret in whatever spelling an endpoint may echo it. */

/**
 * Cuts a key out of a text: as it is and in other case, with any of its characters percent-encoded, as a JSON escape, as an HTML entity or
 * behind a backslash, in hexadecimal, and in Base64 at any place of a longer text.
 * Short keys are words like "none" that people give local servers: no secrets, and cutting them out would spoil the text.
 */
export function redactSpellings(text: string, key: string | null): string {
  if (key === null || key.length < 8) return text;
  return patterns(key).reduce((clean, pattern) => clean.replace(pattern, '[key]'), text);
}

function patterns(key: string): RegExp[] {
  const chars = [...key].map((char) => {
    const code = char.charCodeAt(0);
    const hex = code.toString(16).padStart(2, '0');
    return `(?:\\\\*${literal(char)}|%(?:25)*${hex}|\\\\+u00${hex}|\\\\+x${hex}|&#0*${code};|&#x0*${hex};)`;
  });
  const hex = [...key].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'));
  return [new RegExp(chars.join(''), 'gi'), new RegExp(hex.join('[\\s:]?'), 'gi'), ...[0, 1, 2].map((offset) => new RegExp(inBase64(key, offset), 'g'))];
}

/** What Base64 makes of the key whatever stands around it: characters that hold bits of a neighbour are left out. */
function inBase64(key: string, offset: number): string {
  const coded = btoa('\0'.repeat(offset) + key).replace(/=+$/, '');
  const first = Math.ceil((offset * 4) / 3);
  const last = Math.floor(((offset + key.length) * 4) / 3);
  return Array.from(coded.slice(first, last), (char) => (char === '+' ? '[+-]' : char === '/' ? '[/_]' : literal(char))).join('');
}

function literal(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
