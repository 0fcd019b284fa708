import { LabError } from '../../core/errors.ts';
import type { LanguageCode } from '../../core/languages.ts';

/** One sentence in each of the lab's languages for the `System:` line (Weber et al. 2024 put one in the question's language). */
const SYSTEM_LINES: Readonly<Record<LanguageCode, string>> = {
  en: 'You are a helpful assistant who answers in English.',
  de: 'Du bist ein hilfreicher Assistent, der auf Deutsch antwortet.',
  fr: 'Tu es un assistant serviable qui répond en français.',
  it: 'Sei un assistente disponibile che risponde in italiano.',
  es: 'Eres un asistente servicial que responde en español.',
  pt: 'Você é um assistente prestativo que responde em português.',
  nl: 'Je bent een behulpzame assistent die in het Nederlands antwoordt.',
  sv: 'Du är en hjälpsam assistent som svarar på svenska.',
  ar: 'أنت مساعد متعاون يجيب بالعربية.',
  zh: '你是一个乐于助人的助手，用中文回答。',
  cs: 'Jsi nápomocný asistent, který odpovídá česky.',
  et: 'Sa oled abivalmis assistent, kes vastab eesti keeles.',
  fi: 'Olet avulias avustaja, joka vastaa suomeksi.',
  he: 'אתה עוזר מועיל שעונה בעברית.',
  hi: 'आप एक मददगार सहायक हैं जो हिन्दी में उत्तर देते हैं।',
  ru: 'Ты полезный помощник, который отвечает по-русски.',
  sw: 'Wewe ni msaidizi mwema anayejibu kwa Kiswahili.',
};

/** @throws LabError `text.no-system-line` for a language without one, by name */
export function systemLine(code: LanguageCode): string {
  const line = Object.hasOwn(SYSTEM_LINES, code) ? SYSTEM_LINES[code] : undefined;
  if (line === undefined) throw new LabError('text.no-system-line', `There is no system line in the language "${code}".`, `Use one of: ${Object.keys(SYSTEM_LINES).join(', ')}.`, { code });
  return line;
}
