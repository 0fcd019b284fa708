/** FastChat writes this where a model or a judge could not be reached. */
export const ERROR_MARK = '$ERROR$';

/** Whether a turn is no text: empty, or the mark of a call that failed. */
export function saysNothing(text: string): boolean {
  const said = text.trim();
  return said === '' || said === ERROR_MARK;
}
