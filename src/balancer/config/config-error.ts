/** A configuration was refused. The message names the source, the place, the field and what is wrong with it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** From 1; of the first problem. */
  readonly line: number;
  /** From 1; of the first problem. */
  readonly column: number;
  /** Such as `listeners[1].port`; empty when the text is no YAML. */
  readonly field: string;

  constructor(message: string, place: { line: number; column: number; field: string }) {
    super(message);
    this.line = place.line;
    this.column = place.column;
    this.field = place.field;
  }
}
