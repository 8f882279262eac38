/**
 * A timestamp as metav1.MicroTime wants it: exactly six digits of a second, where `toISOString` has three. The API server answers 400 to
 * any other number of digits.
 */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
