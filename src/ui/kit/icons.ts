/**
 * The lab's icons: strokes on a 24 by 24 grid, drawn for it. One table serves both our templates (inline, so
 * nothing is fetched and nothing moves) and Web Awesome's icon library (as data URLs, so nothing comes from a CDN).
 */
import { html, svg, type TemplateResult } from 'lit';

const PATHS = {
  home: ['M4 11.5 12 4l8 7.5', 'M6 10v9.5h4.5V14h3v5.5H18V10'],
  data: ['M5 6.5c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3Z', 'M5 6.5v11c0 1.7 3.1 3 7 3s7-1.3 7-3v-11', 'M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3'],
  mixes: ['M4 6h16', 'M4 12h9', 'M16 12h4', 'M4 18h4', 'M11 18h9'],
  train: ['M4 4v16h16', 'M7.5 8c1.2 5.5 4.5 7.8 11.5 8.3'],
  judge: ['M12 4v16', 'M8 20h8', 'M5 7.5 12 6l7 1.5', 'M5 7.5 2.6 14a2.6 2.6 0 0 0 4.8 0Z', 'M19 7.5 16.6 14a2.6 2.6 0 0 0 4.8 0Z'],
  results: ['M4 4h7v7H4Z', 'M13 4h7v7h-7Z', 'M4 13h7v7H4Z', 'M13 13h7v7h-7Z'],
  play: ['M8 5.2v13.6L19 12Z'],
  pause: ['M9 5v14', 'M15 5v14'],
  stop: ['M6.5 6.5h11v11h-11Z'],
  retry: ['M19.5 12a7.5 7.5 0 1 1-2.3-5.4', 'M19.5 3.5v4.2h-4.2'],
  check: ['m5 12.5 4.5 4.5L19 7.5'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  warning: ['M12 4 2.8 19.5h18.4Z', 'M12 10v4.5', 'M12 17v.2'],
  info: ['M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z', 'M12 11v5.5', 'M12 7.5v.2'],
  sun: ['M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Z', 'M12 2.5v2', 'M12 19.5v2', 'M2.5 12h2', 'M19.5 12h2', 'm5.3 5.3 1.4 1.4', 'm17.3 17.3 1.4 1.4', 'm5.3 18.7 1.4-1.4', 'm17.3 6.7 1.4-1.4'],
  moon: ['M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2Z'],
  chip: ['M7 7h10v10H7Z', 'M9.5 3.5V7', 'M14.5 3.5V7', 'M9.5 17v3.5', 'M14.5 17v3.5', 'M3.5 9.5H7', 'M3.5 14.5H7', 'M17 9.5h3.5', 'M17 14.5h3.5'],
  upload: ['M12 16V4.5', 'm7 9 5-5 5 5', 'M4.5 15.5v4h15v-4'],
  download: ['M12 4v11.5', 'm7 11 5 5 5-5', 'M4.5 15.5v4h15v-4'],
  trash: ['M4.5 6.5h15', 'M9 6.5v-3h6v3', 'm6.5 6.5 1 14h9l1-14', 'M10 10.5v6', 'M14 10.5v6'],
  link: ['M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3', 'M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.1-1.1'],
  left: ['m14.5 5.5-6.5 6.5 6.5 6.5'],
  right: ['m9.5 5.5 6.5 6.5-6.5 6.5'],
  down: ['m5.5 9.5 6.5 6.5 6.5-6.5'],
  eye: ['M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z', 'M12 9.3a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4Z'],
  chat: ['M4 5h16v11h-8.5L7 20v-4H4Z'],
  compare: ['M12 3.5v17', 'M9 7H4v10h5', 'M15 7h5v10h-5'],
  tokens: ['M3.5 8.5h6v7h-6Z', 'M11.5 8.5h3v7h-3Z', 'M16.5 8.5h4v7h-4Z'],
  clock: ['M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Z', 'M12 7.5V12l3 2'],
} as const satisfies Record<string, readonly string[]>;

export type IconName = keyof typeof PATHS;

/** An icon beside a word that already says it; it is hidden from assistive technology. `slot` places it in a button. */
export function icon(name: IconName, slot = ''): TemplateResult {
  return html`<svg class="icon" slot=${slot} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    ${PATHS[name].map((d) => svg`<path d=${d}></path>`)}
  </svg>`;
}

/** What Web Awesome asks for by Font Awesome's names, and which of ours answers. */
const ALIASES: Record<string, IconName> = {
  'chevron-down': 'down',
  'chevron-left': 'left',
  'chevron-right': 'right',
  'xmark': 'close',
  'circle-info': 'info',
  'triangle-exclamation': 'warning',
};

/** A data URL of an icon for Web Awesome; throws the name of one that is not in the table. */
export function iconUrl(name: string): string {
  const paths = PATHS[(ALIASES[name] ?? name) as IconName] as readonly string[] | undefined;
  if (!paths) throw new Error(`No icon named "${name}" in src/ui/kit/icons.ts`);
  const body = paths.map((d) => `<path d="${d}"/>`).join('');
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${body}</svg>`)}`;
}
