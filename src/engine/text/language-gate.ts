/** Whether an answer is in the language it was asked for in, as far as that can be told. */
import type { LanguageCode } from '../../core/languages.ts';
import { closeness, foundAs, isUnreadScript } from './identifiable.ts';
import { type Detector, ENOUGH_EVIDENCE, isTypical, scoreLanguages } from './identify.ts';
import type { LanguageVerdict } from '../../records/results.ts';

/**
 * Compares what a text is found to be with what was asked for. Wrong needs evidence that another language fits better,
 * more of it where the two are close; right needs it against all that are not close.
 *
 * @param asked ISO 639-1; a language that eld does not know is always `untold`
 * @param detector a database of eld's; the smallest otherwise
 */
export async function judgeLanguage(text: string, asked: LanguageCode, detector?: Detector): Promise<LanguageVerdict> {
  const accepted = foundAs(asked);
  if (accepted.length === 0) return 'untold';
  const { prose, letters, ranked } = await scoreLanguages(text, detector);
  const [best] = ranked;
  if (!best || !isTypical(best) || isUnreadScript(asked, prose, letters)) return 'untold';

  const scoreOf = (codes: readonly LanguageCode[]): number => ranked.find(([code]) => codes.includes(code))?.[1] ?? 0;
  const close = (code: LanguageCode): number | null => accepted.reduce<number | null>((found, one) => found ?? closeness(one, code), null);
  if (accepted.includes(best[0])) {
    const rival = ranked.find(([code]) => !accepted.includes(code) && close(code) === null);
    return (best[1] - (rival?.[1] ?? 0)) * letters >= ENOUGH_EVIDENCE ? 'right' : 'untold';
  }
  const against = (best[1] - scoreOf(accepted)) * letters;
  return against >= (close(best[0]) ?? ENOUGH_EVIDENCE) ? 'wrong' : 'untold';
}
