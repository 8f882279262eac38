import type { z } from 'zod';
import { type CommandOptions, type CommandResult, mustRun, runCommand } from './command.ts';

/** kubectl on the cluster of KUBECONFIG; both are in the environment. */
export function kubectl(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return mustRun('kubectl', args, options);
}

/** The same, when a refusal or a warning on stderr is what is wanted. */
export function tryKubectl(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runCommand('kubectl', args, options);
}

/** `kubectl get … -o json`, parsed by the schema of the part that the caller reads. */
export async function getJson<T>(schema: z.ZodType<T>, args: readonly string[]): Promise<T> {
  return schema.parse(JSON.parse(await kubectl(['get', ...args, '-o', 'json'])));
}

/** `kubectl apply -f -`; the result carries the warnings. */
export function applyYaml(namespace: string, yaml: string): Promise<CommandResult> {
  return tryKubectl(['apply', '-n', namespace, '-f', '-'], { input: yaml });
}
