/** How the page writes numbers. One formatter a kind, so that figures, tables and sentences agree. */
import type { Estimate } from '../records/estimate.ts';

const LOCALE = 'en';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumSignificantDigits: 3 });
const fixed = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const signed = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: 'exceptZero' }));
const percentage = new Intl.NumberFormat(LOCALE, { style: 'percent', maximumFractionDigits: 0 });
const scientific = new Intl.NumberFormat(LOCALE, { notation: 'scientific', maximumSignificantDigits: 3 });
const dollars = new Intl.NumberFormat(LOCALE, { style: 'currency', currency: 'USD', maximumFractionDigits: 2 });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' });

/** `1,030` */
export const count = (n: number): string => whole.format(n);

/** `4.2M` */
export const short = (n: number): string => compact.format(n);

/** `6.25`; with `digits` 0 to 3. */
export const decimal = (n: number, digits = 2): string => pick(fixed, digits).format(n);

/** `+0.80`, `−0.30`, `0.00` */
export const difference = (n: number, digits = 2): string => pick(signed, digits).format(n).replace('-', '−');

/** `97%` of a fraction. */
export const percent = (fraction: number): string => percentage.format(fraction);

/** A learning rate or a gradient norm: as written by hand where that is short, else `3e-4`. */
export const rate = (n: number): string => (n === 0 || (Math.abs(n) >= 0.01 && Math.abs(n) < 1000) ? String(Number(n.toPrecision(3))) : scientific.format(n).toLowerCase());

/** `$1.20` */
export const money = (n: number): string => dollars.format(n);

/** Unix seconds as `20 Nov 2026, 21:11`. */
export const moment = (seconds: number): string => day.format(new Date(seconds * 1000));

/** `5.10 to 6.30`: the ends of an interval. One question has none, nor have equal scores. */
export function interval({ low, high }: Estimate, digits = 2): string {
  if (!(low < high)) return 'none';
  return `${decimal(low, digits)} to ${decimal(high, digits)}`.replaceAll('-', '−');
}

/** `1 h 5 min`, `2 min 10 s`, `8 s`: two units at most. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return s % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${s % 60} s`;
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12.3 MB`, in powers of 1000 as browsers report storage. */
export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  return `${pick(fixed, power === 0 ? 0 : 1).format(n / 1000 ** power)} ${units[power]}`;
}

/** `1 record`, `2 records` */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

function pick(formats: Intl.NumberFormat[], digits: number): Intl.NumberFormat {
  const format = formats[digits];
  if (!format) throw new RangeError(`Numbers are written with 0 to ${formats.length - 1} digits, not ${digits}`);
  return format;
}
