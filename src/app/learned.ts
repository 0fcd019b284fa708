/** For the pages: what of a composition's records is learned, in words. */
export { isWhole, lossInWords, type Named, type TrainingData } from '../records/training-data.ts';
