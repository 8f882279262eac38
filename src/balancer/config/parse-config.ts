import { type Document, LineCounter, parseDocument } from 'yaml';
import { ConfigError } from './config-error.ts';
import { contradictions, type Problem } from './contradictions.ts';
import { BalancerConfig } from './schema.ts';

/** A configuration is small; more is a mistake, or an attempt to make the parser work. */
const longestText = 1_048_576;

/**
 * Reads a balancer's configuration.
 * @param source what messages call it, such as the file's name
 * @throws {ConfigError} with the line and column of every problem
 */
export function parseConfig(text: string, source: string): BalancerConfig {
  if (text.length > longestText) {
    throw new ConfigError(`${source}: larger than 1 MiB`, { line: 1, column: 1, field: '' });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    const [sentence = ''] = broken.message.split(/ at line \d+, column \d+:?/);
    throw new ConfigError(`${source}:${line}:${col}: ${sentence}`, { line, column: col, field: '' });
  }

  const result = BalancerConfig.safeParse(plainValue(document, source));
  const problems = result.success ? contradictions(result.data) : result.error.issues.flatMap(problemsOf);
  const [first] = problems;
  if (first !== undefined) throw refuse(problems, first, source, (path) => placeOf(document, lines, path));
  return BalancerConfig.parse(result.data);
}

/** What a reader finds wrong later, as `parseConfig` would have said it. @param text what it has parsed */
export function refusalOf(problems: readonly [Problem, ...Problem[]], text: string, source: string): ConfigError {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return refuse(problems, problems[0], source, (path) => placeOf(document, lines, path));
}

function plainValue(document: Document, source: string): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // The parser's guard against a small text that would grow without end.
    const sentence = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${source}:1:1: ${sentence}`, { line: 1, column: 1, field: '' });
  }
}

type Path = readonly PropertyKey[];
type Place = { line: number; column: number };

function refuse(
  problems: readonly Problem[],
  first: Problem,
  source: string,
  place: (path: Path) => Place,
): ConfigError {
  const sentences = problems.map(({ path, message }) => {
    const { line, column } = place(path);
    return `${source}:${line}:${column}: ${fieldOf(path)}: ${message}`;
  });
  return new ConfigError(sentences.join('\n'), { ...place(first.path), field: fieldOf(first.path) });
}

interface Issue {
  readonly path: Path;
  readonly message: string;
  readonly code?: string;
  readonly keys?: readonly string[];
}

/** An unknown key is reported at the key, not at the map around it. */
function problemsOf(issue: Issue): readonly Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return (issue.keys ?? []).map((key) => ({ path: [...issue.path, key], message: 'no such field' }));
}

/** Where a path stands in the text; for a missing field, where the nearest thing around it begins. */
function placeOf(document: Document, lines: LineCounter, path: Path): Place {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const start = startOf(node);
    if (start === undefined) continue;
    const { line, col } = lines.linePos(start);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start]: unknown[] = node.range;
  return typeof start === 'number' ? start : undefined;
}

/** `listeners[1].port` */
function fieldOf(path: Path): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}
