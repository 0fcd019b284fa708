/**
 * Seconds to wait by a `Retry-After` header, which holds seconds or an HTTP date (RFC 9110, 10.2.3). Never negative.
 *
 * @param now milliseconds since 1970
 * @returns null where the header is missing or says neither
 */
export function retryAfter(header: string | null, now = Date.now()): number | null {
  const value = header?.trim();
  if (!value) return null;
  // Dates begin with the name of a day; `Date.parse` would take `-5` and `1e3` for years.
  const seconds = /^[A-Za-z]/.test(value) ? (Date.parse(value) - now) / 1000 : /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}
