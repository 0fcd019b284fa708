/** Chat templates against Python's Jinja2, letter by letter (tests/golden/render_templates.py). */
import { expect, test } from '@playwright/test';
import type { Message } from '../../src/records/conversation.ts';
import { LabError } from '../../src/core/errors.ts';
import { ChatTemplate } from '../../src/engine/text/template.ts';
import { goldenJson } from '../golden/files.ts';

interface Goldens {
  tokens: Record<string, string>;
  templates: Record<string, string>;
  conversations: Record<string, { messages: Message[]; prompt: boolean }>;
  rendered: Record<string, Record<string, { text?: string; refused?: string }>>;
}

test('every template renders every conversation as Python’s Jinja2 does, or refuses it with the same words', async () => {
  const { tokens, templates, conversations, rendered } = await goldenJson<Goldens>('templates.json');
  const wrong: string[] = [];
  let compared = 0;
  for (const [name, source] of Object.entries(templates)) {
    const template = new ChatTemplate(source, tokens, 'own');
    for (const [talk, { messages, prompt }] of Object.entries(conversations)) {
      const known = rendered[name]?.[talk] ?? {};
      const found: { text?: string; refused?: string } = {};
      try {
        found.text = template.render(messages, { addGenerationPrompt: prompt });
        if (template.marked) expect(template.spans(messages, { addGenerationPrompt: prompt }).map(({ text }) => text).join('')).toBe(found.text);
      } catch (thrown) {
        if (!(thrown instanceof LabError)) throw thrown;
        found.refused = String(thrown.data['detail']);
      }
      compared++;
      if (found.text !== known.text || (known.refused !== undefined && found.refused !== known.refused)) wrong.push(`${name}, ${talk}:\n  Jinja2 ${JSON.stringify(known)}\n  here   ${JSON.stringify(found)}`);
    }
  }
  expect(wrong.join('\n')).toBe('');
  expect(compared).toBe(23 * 8);
});
