/** What the stored studies of tests/fixtures/edition-N were made with. */

/** Where the judge of their manifests was; a test writes its own server's port in place of it. */
export const STORED_PORT = 45_678;

const rows = (numbers: readonly number[], tag: string): object[] =>
  numbers.map((number) => ({
    question_id: `${number}_${tag}`,
    category: 'extraction',
    // The first two are one text under two ids, as are the two languages.
    turns: number < 103 ? ['Name the colours: red, seven, blue.', 'And the number?'] : ['Name the animals: cat, two, dog.', 'And the number?'],
  }));

/** Three questions in two languages of one and the same text, so that a model's answers are the same as well. */
export const TWINS: Readonly<Record<string, object[]>> = {
  'mt_bench_EN/question.jsonl': rows([101, 102, 103], 'EN'),
  'mt_bench_IS/question.jsonl': rows([101, 102, 103], 'IS'),
};
