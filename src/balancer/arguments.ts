import { parseArgs } from 'node:util';

export const usage = `Usage: gateway-balancer --config FILE     balance as a file says, on any machine
       gateway-balancer --check FILE      say what is wrong with a file, or print it as JSON with all defaults
       gateway-balancer --kubernetes      run as the sidecar of a gateway pod
       gateway-balancer --help

SIGTERM or SIGINT: stop accepting and end when the last session has ended; a second one cuts what is left.
`;

export type Command =
  | { readonly mode: 'Static'; readonly path: string }
  | { readonly mode: 'Check'; readonly path: string }
  | { readonly mode: 'Kubernetes' }
  /** One of the threads of a program that runs in another mode. */
  | { readonly mode: 'DataThread' }
  | { readonly mode: 'Help' }
  | { readonly mode: 'Wrong'; readonly problem: string };

/** What a thread finds as its command line. It is no word for people, so `usage` has it not. */
export const dataThreadWord = '--data-thread';

/** Reads the command line, without the program's own name. */
export function parseArguments(words: readonly string[]): Command {
  if (words[0] === dataThreadWord) return { mode: 'DataThread' };
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        config: { type: 'string' },
        check: { type: 'string' },
        kubernetes: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return { mode: 'Help' };
    const [command, ...others] = [
      ...(values.config === undefined ? [] : [{ mode: 'Static', path: values.config } as const]),
      ...(values.check === undefined ? [] : [{ mode: 'Check', path: values.check } as const]),
      ...(values.kubernetes === true ? [{ mode: 'Kubernetes' } as const] : []),
    ];
    if (command === undefined) return wrong('One of --config, --check and --kubernetes is needed');
    return others.length === 0 ? command : wrong('--config, --check and --kubernetes exclude each other');
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function wrong(problem: string): Command {
  return { mode: 'Wrong', problem };
}
