/** Text for a person: letters that follow each other many times are counted. */
export function withoutRuns(text: string): string {
  return text.replace(/(.)\1{40,}/g, (run: string, letter: string) => `${letter}{${run.length}}`);
}
