/** Hash routes: `#/results/<study>`: the page's name and one optional id. A study link, `#study=…`, opens the Train page. */
export const PAGES = ['home', 'data', 'mixes', 'train', 'judge', 'results'] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  /** A study's id, where the page is about one. */
  id: string | null;
  /** The hash of a study link, for src/app/address.ts to read. */
  link: string | null;
}

export const PAGE_TITLES: Readonly<Record<PageName, string>> = {
  home: 'Home',
  data: 'Data',
  mixes: 'Mixes',
  train: 'Train',
  judge: 'Judge',
  results: 'Results',
};

/** Reads a location hash. What it does not know leads home. */
export function parseRoute(hash: string): Route {
  if (hash.startsWith('#study=')) return { page: 'train', id: null, link: hash };
  const [first = '', second] = hash.replace(/^#\/?/, '').split('/', 2);
  const page = PAGES.find((name) => name === first) ?? 'home';
  return { page, id: page === 'home' || !second ? null : decodeURIComponent(second), link: null };
}

/** The hash of a page, for links. */
export function href(page: PageName, id?: string | null): string {
  return `#/${page === 'home' ? '' : page}${id ? `/${encodeURIComponent(id)}` : ''}`;
}
