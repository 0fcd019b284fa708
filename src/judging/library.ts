import { LabError } from '../core/errors.ts';
import type { JudgePrompt, JudgePromptName } from '../records/judge-prompt.ts';
import { LANGUAGES, type LanguageCode } from '../core/languages.ts';
import { BUILT_IN_PROMPTS } from './built-in.ts';
import type { JudgePromptText } from '../records/judge-prompt.ts';

export const SINGLE_PROMPTS: readonly JudgePromptName[] = ['single-v1', 'single-math-v1', 'single-v1-multi-turn', 'single-math-v1-multi-turn'];

/**
 * Which judge prompt an answer meets: the imported one of its language; where there is none an English one, imported
 * before built-in. `substitutions` says where that happens, because a grade given in English is not the study's.
 */
export class PromptLibrary {
  private readonly imported: ReadonlyMap<string, JudgePrompt>;

  constructor(imported: readonly JudgePrompt[] = []) {
    this.imported = new Map(imported.map((prompt) => [`${prompt.language} ${prompt.name}`, prompt]));
  }

  /** Throws `judging.no-prompt` for a name that neither the files nor the lab have. */
  find(name: JudgePromptName, language: LanguageCode): { prompt: JudgePrompt; origin: JudgePromptText['origin'] } {
    const imported = this.imported.get(`${language} ${name}`) ?? this.imported.get(`en ${name}`);
    if (imported) return { prompt: imported, origin: 'imported' };
    const builtIn = BUILT_IN_PROMPTS.find((prompt) => prompt.name === name);
    if (builtIn) return { prompt: builtIn, origin: 'built-in' };
    throw new LabError('judging.no-prompt', `There is no judge prompt "${name}" in ${nameOf(language)} or English.`, 'Import a judge_prompts.jsonl that has it.', { name, language });
  }

  /** The prompts that single grading uses for these languages, each once, as a page shows them. */
  texts(languages: readonly LanguageCode[]): JudgePromptText[] {
    const found = languages.flatMap((language) => SINGLE_PROMPTS.map((name) => this.find(name, language)));
    const distinct = new Map(found.map((entry) => [entry.prompt, entry]));
    return [...distinct.values()].map(({ prompt, origin }) => ({ name: prompt.name, language: prompt.language, origin, system_prompt: prompt.system_prompt, prompt_template: prompt.prompt_template }));
  }

  /** A sentence for each language whose answers are graded with an English prompt. */
  substitutions(languages: readonly LanguageCode[]): string[] {
    return languages.flatMap((language) => {
      const english = SINGLE_PROMPTS.filter((name) => this.find(name, language).prompt.language !== language);
      if (english.length === 0) return [];
      const which = english.length === SINGLE_PROMPTS.length ? '' : ` (${english.join(', ')})`;
      return [`${nameOf(language)} answers are graded with English judge prompts${which}: there are none in ${nameOf(language)}.`];
    });
  }
}

function nameOf(language: LanguageCode): string {
  return LANGUAGES.get(language)?.name ?? `"${language}"`;
}
