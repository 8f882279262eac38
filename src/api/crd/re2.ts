/**
 * Constructs of JavaScript's regular expressions that RE2 does not have (https://github.com/google/re2/wiki/Syntax): look-around and
 * back-references. The API server would refuse the CRD, or worse, take `\k` for a letter.
 */
const unknownToRe2 = [/\(\?=/u, /\(\?!/u, /\(\?<[=!]/u, /\\[1-9]/u, /\\k</u, /\\c[A-Za-z]/u, /\\u/u];

export function isRe2Safe(pattern: string): boolean {
  return !unknownToRe2.some((construct) => construct.test(pattern));
}
