/** The grade of one turn: points a part, caps, and the reasons in English, ending as LLM judges end: `Rating: [[7]]`. */
import { language as languageOf, type LanguageCode } from '../../core/languages.ts';
import { checkAnswer, type Finding } from './checks.ts';
import { detectWorldLanguage } from './language.ts';
import { type Cap, pointsOf, RUBRIC_CAPS, RUBRIC_PARTS, type RubricPart, type Turn, type TurnRubric } from './rubric.ts';
import { isEcho, isLoop, sentenceCount, wordsOf } from './wording.ts';

export interface TurnToGrade {
  language: LanguageCode;
  turn: Turn;
  rubric: TurnRubric;
  question: string;
  answer: string;
  /** The model's own answer to turn 1; only for turn 2. */
  firstAnswer?: string;
}

export interface TurnGrade {
  score: number;
  points: Record<RubricPart['id'], number>;
  caps: Cap[];
  /** The reasons, a line a part, and the rating. */
  text: string;
}

interface Part {
  /** 0..1 of the part's points. */
  share: number;
  reason: string;
}

/** Grades one turn by the printed rubric (rubric.ts). Pure and deterministic. */
export function gradeTurn(input: TurnToGrade): TurnGrade {
  const words = wordsOf(input.answer);
  if (words.length === 0) {
    return { score: RUBRIC_CAPS.empty.at, points: { answered: 0, language: 0, content: 0, form: 0, followUp: 0 }, caps: ['empty'], text: `The answer is empty.\nRating: [[${RUBRIC_CAPS.empty.at}]]` };
  }
  const language = languagePart(input);
  const content = contentPart(input, words);
  const form = formPart(input, words, content.share);
  const followUp = followUpPart(input, words, content.share);
  const caps = capsOf(input, words, language.share, form.rambles);
  const parts: Record<RubricPart['id'], Part> = { answered: { share: 1, reason: '' }, language, content, form, followUp };

  const points = {} as Record<RubricPart['id'], number>;
  const lines: string[] = [];
  for (const { id, label } of RUBRIC_PARTS) {
    const most = pointsOf(id, input.turn);
    points[id] = Math.round(parts[id].share * most);
    if (id !== 'answered' && most > 0) lines.push(`${label}: ${points[id]} of ${most}. ${sentence(parts[id].reason)}`);
  }
  const sum = Object.values(points).reduce((a, b) => a + b, 0);
  const score = Math.max(1, Math.min(sum, ...caps.map((c) => RUBRIC_CAPS[c].at)));
  for (const cap of caps) lines.push(`At most ${RUBRIC_CAPS[cap].at}: ${RUBRIC_CAPS[cap].text}.`);
  lines.push(`Rating: [[${score}]]`);
  return { score, points, caps, text: lines.join('\n') };
}

function languagePart({ answer, language }: TurnToGrade): Part {
  const name = languageOf(language).name;
  const found = detectWorldLanguage(answer);
  if (found.telling === 0) return { share: 1, reason: 'the answer reads the same in every language' };
  const known = found.known[language] ?? 0;
  if (found.compatible.includes(language)) {
    return known === found.telling ? { share: 1, reason: `the answer is in ${name}` } : { share: 0.5, reason: `the answer is mostly in ${name}, with words of another language` };
  }
  return { share: 0, reason: `the answer is not in ${name} but in ${found.compatible.map((c) => languageOf(c).name).join(' or ')}` };
}

function contentPart({ rubric, answer }: TurnToGrade, words: readonly string[]): Part {
  const findings = rubric.content.map((check) => ({ check, ...checkAnswer(check, words, answer) }));
  const reason = reasons(findings);
  if (findings.some((f) => f.check.type === 'subject' && !f.holds)) return { share: 0, reason };
  const counted = findings.filter((f) => f.check.type !== 'subject');
  return { share: counted.filter((f) => f.holds).length / Math.max(1, counted.length), reason };
}

function formPart({ rubric, answer }: TurnToGrade, words: readonly string[], content: number): Part & { rambles: boolean } {
  const { form } = rubric;
  const rambles = words.length > form.maxWords;
  const faults: string[] = [];
  if (form.shape === 'list' && !/^\s*\[.*\]\s*$/su.test(answer)) faults.push('the answer is not a list in brackets');
  if (form.shape === 'line' && !rubric.accepted.some((a) => wordsOf(a).length >= words.length)) faults.push('there are words around the line asked for');
  if (form.shape === 'sentences' && form.sentences !== undefined && sentenceCount(answer) > form.sentences) {
    faults.push(`the answer has ${sentenceCount(answer)} sentences where ${form.sentences} ${form.sentences === 1 ? 'is' : 'are'} asked for`);
  }
  for (const check of form.wording) {
    const finding = checkAnswer(check, words, answer);
    if (!finding.holds) faults.push(finding.reason);
  }
  const shapely = faults.length === 0 && !rambles;
  const share = (rambles ? 0 : 0.5) + (shapely && content > 0 ? 0.5 : 0);
  if (rambles) faults.unshift(`the answer goes on for ${words.length} words where ${form.maxWords} are plenty`);
  return { share, rambles, reason: faults.length > 0 ? faults.join('; ') : content > 0 ? 'the shape is as asked' : 'the shape is as asked, the content is not' };
}

function followUpPart({ turn, answer, firstAnswer, rubric }: TurnToGrade, words: readonly string[], content: number): Part {
  if (turn === 1) return { share: 0, reason: '' };
  const same = wordsOf(firstAnswer ?? '').join(' ') === words.join(' ');
  const meant = rubric.accepted.some((a) => wordsOf(a).join(' ') === wordsOf(answer).join(' '));
  if (same && !meant) return { share: 0, reason: 'the answer repeats the first one' };
  return content >= 0.5 ? { share: 1, reason: 'the second instruction is followed' } : { share: 0, reason: 'the second instruction is not followed' };
}

function capsOf({ rubric, question }: TurnToGrade, words: readonly string[], language: number, rambles: boolean): Cap[] {
  const caps: Cap[] = [];
  const accepted = rubric.accepted.map(wordsOf);
  const exact = accepted.some((a) => a.join(' ') === words.join(' '));
  if (!exact && isEcho(words, wordsOf(question))) caps.push('echo');
  if (isLoop(words) && !accepted.some(isLoop)) caps.push('loop');
  if (language === 0) caps.push('language');
  if (rambles) caps.push('rambling');
  return caps;
}

/** What went wrong first; when nothing did, what is right. */
function reasons(findings: readonly Finding[]): string {
  const wrong = findings.filter((f) => !f.holds);
  return (wrong.length > 0 ? wrong : findings).map((f) => f.reason).join('; ');
}

function sentence(clause: string): string {
  return clause === '' ? '' : `${(clause[0] as string).toUpperCase()}${clause.slice(1)}.`;
}
