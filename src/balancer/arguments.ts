import { parseArgs } from 'node:util';

export const usage = `Usage: gateway-balancer --config FILE     balance as a file says, on any machine
       gateway-balancer --kubernetes      run as the sidecar of a gateway pod
       gateway-balancer --help

SIGTERM or SIGINT: stop accepting and end when the last session has ended; a second one cuts what is left.
`;

export type Command =
  | { readonly mode: 'Static'; readonly path: string }
  | { readonly mode: 'Kubernetes' }
  | { readonly mode: 'Help' }
  | { readonly mode: 'Wrong'; readonly problem: string };

/** Reads the command line, without the program's own name. */
export function parseArguments(words: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { config: { type: 'string' }, kubernetes: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return { mode: 'Help' };
    if (values.kubernetes === true && values.config !== undefined)
      return wrong('--config and --kubernetes exclude each other');
    if (values.kubernetes === true) return { mode: 'Kubernetes' };
    return values.config === undefined ? wrong('--config FILE is missing') : { mode: 'Static', path: values.config };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(problem: string): Command {
  return { mode: 'Wrong', problem };
}
