/** Hash routes: `#/results/<study>?mix=EN`. The page name, one optional id, and parameters. */
export const PAGES = ['home', 'data', 'mixes', 'train', 'judge', 'results'] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  /** A study's id, where the page is about one. */
  id: string | null;
  params: URLSearchParams;
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
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [first = '', second] = path.split('/', 2);
  const page = PAGES.find((name) => name === first) ?? 'home';
  return { page, id: page === 'home' || !second ? null : decodeURIComponent(second), params: new URLSearchParams(query) };
}

/** The hash of a page, for links. */
export function href(page: PageName, id?: string | null, params?: Record<string, string>): string {
  const query = params && Object.keys(params).length > 0 ? `?${new URLSearchParams(params)}` : '';
  return `#/${page === 'home' ? '' : page}${id ? `/${encodeURIComponent(id)}` : ''}${query}`;
}
