export { detectWorldLanguage, type WorldLanguage } from './language.ts';
export { gradeTurn, type TurnGrade, type TurnToGrade } from './grade.ts';
export { createRuleJudge } from './rules.ts';
export { type Check, type FormRule, type QuestionRubric, RUBRIC_CAPS, RUBRIC_PARTS, RUBRIC_SCHEMA, RUBRIC_TEXT, type TurnRubric } from './rubric.ts';
