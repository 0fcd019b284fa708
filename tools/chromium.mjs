// Finds a Chromium to test with: the one named in PINCH_CHROMIUM, a system Chrome or Chromium, or Playwright's own.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium', 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe'];

/** @returns {string | undefined} the path of a browser that is installed, or undefined */
export function chromiumPath() {
  const named = process.env.PINCH_CHROMIUM;
  if (named) return named;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of NAMES) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  const fixed = PLACES.find(existsSync);
  if (fixed) return fixed;
  const own = chromium.executablePath();
  return own && existsSync(own) ? own : undefined;
}

/** Makes sure a browser is there: tries Playwright's download, then Debian's package. Throws with what was tried. */
export function ensureChromium() {
  if (chromiumPath()) return;
  const tried = [];
  const attempts = [
    ['npx', ['playwright', 'install', '--with-deps', 'chromium']],
    ['npx', ['playwright', 'install', 'chromium']],
    ...(existsSync('/usr/bin/apt-get') ? [['apt-get', ['update', '-qq']], ['apt-get', ['install', '-y', '-qq', 'chromium']]] : []),
  ];
  for (const [command, args] of attempts) {
    console.log(`No Chromium found; trying: ${command} ${args.join(' ')}`);
    try {
      execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    } catch (error) {
      tried.push(`${command} ${args.join(' ')}: ${error.message.split('\n')[0]}`);
    }
    if (chromiumPath()) return;
  }
  throw new Error(`No Chromium or Chrome could be found or installed. Tried:\n  ${tried.join('\n  ')}\nInstall one by hand and name it in PINCH_CHROMIUM.`);
}
