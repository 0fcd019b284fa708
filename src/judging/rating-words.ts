/** The words that announce a grade, as judges write them: before a colon or right before the brackets. By language, in lower case. */
const WORDS: Readonly<Record<string, string>> = {
  en: 'rating score grade mark verdict evaluation',
  de: 'bewertung wertung note punktzahl punkte beurteilung urteil',
  fr: 'note notation évaluation score appréciation',
  it: 'valutazione voto punteggio giudizio',
  es: 'calificación puntuación valoración evaluación nota puntaje',
  pt: 'avaliação classificação pontuação nota',
  nl: 'beoordeling score cijfer waardering',
  sv: 'betyg bedömning poäng omdöme',
  da: 'vurdering karakter bedømmelse',
  no: 'vurdering karakter poeng',
  pl: 'ocena punktacja',
  cs: 'hodnocení známka',
  sk: 'hodnotenie známka',
  et: 'hinnang hinne',
  fi: 'arvosana arvio pisteet arvostelu',
  hu: 'értékelés pontszám',
  ro: 'evaluare notă punctaj',
  ru: 'оценка рейтинг балл',
  uk: 'оцінка рейтинг',
  bg: 'оценка',
  el: 'βαθμολογία αξιολόγηση',
  tr: 'puan değerlendirme',
  ar: 'التقييم تقييم الدرجة درجة',
  he: 'ציון דירוג',
  hi: 'रेटिंग अंक मूल्यांकन',
  sw: 'ukadiriaji alama daraja',
  zh: '评分 得分 分数 评级 評分',
  ja: '評価 評点 スコア 点数',
  ko: '평점 점수 평가',
  vi: 'đánh giá điểm',
  id: 'penilaian nilai skor peringkat',
};

const ALL = [...new Set(Object.values(WORDS).flatMap((words) => words.split(' ')))].sort((a, b) => b.length - a.length);
const WORD = `(?:${ALL.join('|')})`;

/** Right before the brackets but for punctuation and emphasis, or earlier in the sentence and closed by a colon. */
const ANNOUNCED = new RegExp(`${WORD}(?:[^\\p{L}\\p{N}\\[\\]\\n\uFFFC]{0,8}|[^.!?\\n\\[\\]\uFFFC]{0,40}[:：=][\\s*_]*)$`, 'iu');

/** Whether a text ends by announcing a grade: `**Final rating:** `. */
export function announcesRating(before: string): boolean {
  return ANNOUNCED.test(before);
}
