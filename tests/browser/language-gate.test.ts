/** The language gate as a browser runs it: the same verdicts as in Node, which reads the declaration's files. */
import { expect, test } from '@playwright/test';
import { DECLARATIONS, textsOf } from '../../tools/language/texts.ts';
import { inBrowser } from '../in-browser.ts';

const MODULE = 'src/engine/text/language-gate.ts';

test('a text is right in the browser where it was asked for, and wrong where English was', async ({ page }) => {
  // Node's tests have all sixty; these are of the scripts that a browser could read otherwise.
  for (const asked of ['pl', 'bg', 'ur', 'ja', 'vi', 'th']) {
    const text = textsOf(DECLARATIONS[asked]?.[0] ?? '', asked).long[1] ?? '';
    expect(await inBrowser(page, MODULE, 'judgeLanguage', text, asked), `${asked}: ${text}`).toBe('right');
    expect(await inBrowser(page, MODULE, 'judgeLanguage', text, 'en'), `${asked}: ${text}`).toBe('wrong');
  }
});
