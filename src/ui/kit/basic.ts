/** The components the shell needs at first paint. Importing this registers them. */
import '@awesome.me/webawesome/dist/components/button/button.js';
import '@awesome.me/webawesome/dist/components/callout/callout.js';
import '@awesome.me/webawesome/dist/components/popover/popover.js';
import '@awesome.me/webawesome/dist/components/progress-bar/progress-bar.js';
import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import { iconUrl } from './icons.ts';
import './tokens.css';

registerIconLibrary('default', { resolver: iconUrl });
