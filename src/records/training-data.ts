/** What becomes of a composition's records at a length and with a template: what is learned, what is cut, what is left out. */

/** Records that met with something: how many, and the first of them by language and id (`de/r17`). */
export interface Named {
  n: number;
  ids: string[];
}

export interface TrainingData {
  records: number;
  /** What they became: more than the records where a template needs an example for each answer. */
  examples: number;
  /** Longer than max_length: their end is not learned. */
  cut: Named;
  /** Nothing that carries loss is left of them within max_length. */
  left_out: Named;
  /** The template refuses them, for this reason first. */
  refused: Named & { reason?: string };
  /** Tokens that carry loss, and how many of them lie within max_length. */
  loss_tokens: { of: number; kept: number };
}

/** How many ids are kept of each. */
export const NAMED = 20;

/** Whether everything of every record is learned. */
export function isWhole({ cut, left_out, refused }: TrainingData): boolean {
  return cut.n + left_out.n + refused.n === 0;
}

/** What is lost, in words; empty where nothing is. */
export function lossInWords(data: TrainingData, maxLength: number): string {
  const { records, cut, left_out, refused, loss_tokens: { of, kept } } = data;
  const number = new Intl.NumberFormat('en');
  const share = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
  const sentences: string[] = [];
  const are = (n: number): string => `${number.format(n)} of ${number.format(records)} records ${n === 1 ? 'is' : 'are'}`;
  if (cut.n > 0) sentences.push(`${are(cut.n)} cut at max_length ${maxLength}.`);
  if (left_out.n > 0) sentences.push(`${are(left_out.n)} left out: nothing to learn lies within max_length ${maxLength}.`);
  if (refused.n > 0) sentences.push(`${are(refused.n)} left out: the chat template takes no such conversation (${refused.reason ?? 'no reason given'}).`);
  if (kept < of) sentences.push(`${share.format((of - kept) / of)} of the tokens that carry loss (${number.format(of - kept)} of ${number.format(of)}) are not learned.`);
  return sentences.join(' ');
}
