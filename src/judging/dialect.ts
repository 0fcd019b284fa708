/**
 * Which of a chat request's parts an endpoint takes. Endpoints that speak OpenAI's protocol refuse parts of it: newer models want the token
 * limit under another name, reasoning models take no temperature, some chat templates have no system role. The first refusal teaches it.
 */
import type { JsonObject } from '../files/json.ts';

export interface Dialect {
  readonly limit: 'max_tokens' | 'max_completion_tokens';
  /** Whether the temperature is sent. */
  readonly temperature: boolean;
  /** Whether the system text has a message of its own; else it stands before the user's. */
  readonly system: boolean;
}

export const PLAIN: Dialect = { limit: 'max_tokens', temperature: true, system: true };

export interface Request {
  model: string;
  system: string;
  user: string;
  /** Null to send none. */
  temperature: number | null;
  max_tokens: number;
}

export function bodyOf({ model, system, user, temperature, max_tokens }: Request, dialect: Dialect): JsonObject {
  const own = dialect.system && system.trim() !== '';
  const asked = own || system.trim() === '' ? user : `${system}\n\n${user}`;
  return {
    model,
    messages: [...(own ? [{ role: 'system', content: system }] : []), { role: 'user', content: asked }],
    ...(temperature !== null && dialect.temperature ? { temperature } : {}),
    [dialect.limit]: max_tokens,
  };
}

const REFUSES = /unsupported|not (?:be )?(?:supported|allowed|permitted|accepted)|(?:does|do|did|is|are)(?: not|n't)|deprecated|unknown|unrecogni[sz]ed|unexpected|invalid|extra|only (?:the default|user and assistant)|must (?:be|alternate)/i;

/**
 * @param said the refusal's own words
 * @param sent what the refused call was written in
 * @returns what to speak instead; null where the refusal is about something else, or that was left out already
 */
export function learn(said: string, sent: Dialect): Dialect | null {
  if (/max_completion_tokens/.test(said) && sent.limit === 'max_tokens' && /max_tokens|instead|required/i.test(said)) return { ...sent, limit: 'max_completion_tokens' };
  if (!REFUSES.test(said)) return null;
  if (/max_completion_tokens/.test(said) && sent.limit === 'max_completion_tokens') return { ...sent, limit: 'max_tokens' };
  if (/\btemperature\b/i.test(said) && sent.temperature) return { ...sent, temperature: false };
  if (/\bsystem\b.{0,40}\b(?:role|messages?|prompt|instruction)|\b(?:role|messages?)\b.{0,40}\bsystem\b|roles must alternate|only user and assistant roles/is.test(said) && sent.system) return { ...sent, system: false };
  return null;
}

/** What was learned, for people: a grade without the temperature that was asked for is another grade. */
export function told({ temperature, system }: Dialect, asked: number | null): string[] {
  return [
    ...(temperature || asked === null ? [] : [`The judge takes no temperature: it graded at its own instead of ${asked}.`]),
    ...(system ? [] : ['The judge takes no system message: its instructions stood at the beginning of the question.']),
  ];
}
