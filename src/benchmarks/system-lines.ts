import { LabError } from '../core/errors.ts';
import type { LanguageCode } from '../core/languages.ts';

/** Weber et al. 2024 put one sentence in the question's language before each dialogue. The same sentence, language by language. */
const SYSTEM_LINES: Readonly<Record<LanguageCode, string>> = {
  en: 'A user talks to an assistant that gives helpful, accurate and polite answers.',
  de: 'Ein Nutzer spricht mit einem Assistenten, der hilfreiche, genaue und höfliche Antworten gibt.',
  fr: 'Un utilisateur parle avec un assistant qui donne des réponses utiles, exactes et polies.',
  it: 'Un utente parla con un assistente che dà risposte utili, precise e cortesi.',
  es: 'Un usuario habla con un asistente que da respuestas útiles, precisas y corteses.',
  pt: 'Um utilizador fala com um assistente que dá respostas úteis, exatas e educadas.',
  nl: 'Een gebruiker praat met een assistent die behulpzame, nauwkeurige en beleefde antwoorden geeft.',
  sv: 'En användare talar med en assistent som ger hjälpsamma, korrekta och artiga svar.',
  ar: 'يتحدث مستخدم مع مساعد يقدّم إجابات مفيدة ودقيقة ومهذبة.',
  zh: '用户正在与一位助手交谈，助手的回答有用、准确且有礼貌。',
  cs: 'Uživatel mluví s asistentem, který dává užitečné, přesné a zdvořilé odpovědi.',
  et: 'Kasutaja räägib assistendiga, kes annab kasulikke, täpseid ja viisakaid vastuseid.',
  fi: 'Käyttäjä puhuu avustajalle, joka antaa hyödyllisiä, täsmällisiä ja kohteliaita vastauksia.',
  he: 'משתמש מדבר עם עוזר שנותן תשובות מועילות, מדויקות ומנומסות.',
  hi: 'एक उपयोगकर्ता ऐसे सहायक से बात करता है जो उपयोगी, सटीक और विनम्र उत्तर देता है।',
  ru: 'Пользователь говорит с помощником, который даёт полезные, точные и вежливые ответы.',
  sw: 'Mtumiaji anazungumza na msaidizi anayetoa majibu yenye msaada, sahihi na ya adabu.',
};

/** The sentence of a language. Throws `benchmarks.system-line` by name where there is none. */
export function systemLine(language: LanguageCode): string {
  const line = SYSTEM_LINES[language];
  if (line === undefined) {
    throw new LabError('benchmarks.system-line', `There is no system sentence in "${language}".`, `The lab has one for ${Object.keys(SYSTEM_LINES).join(', ')}. Leave this language out of the benchmark.`, { language });
  }
  return line;
}
