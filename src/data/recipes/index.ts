export { compose, composeIds, type ComposeOptions, type Composition, type Entry, type Ids } from './compose.ts';
export { type Mix, IMPORTED_MIX, mixName, parseMix, studyCompositions } from './name.ts';
export { studyOrder } from '../../core/languages.ts';
export { describeMix } from './plan.ts';
export { type Proof, proofOf } from './proof.ts';
