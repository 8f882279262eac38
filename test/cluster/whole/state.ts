import { join } from 'node:path';

/** Where the files of one cluster are. */
export interface StateLayout {
  readonly directory: string;
  readonly log: string;
  readonly run: string;
  /** Image archives that every node of this cluster has. */
  readonly images: string;
  /** Written last by a successful start. */
  readonly completeFile: string;
  /** The settings of the start, for later commands. */
  readonly settingsFile: string;
  /** For use inside the cluster's network namespace. */
  readonly adminKubeconfig: string;
  /** For programs of the machine: goes through the relay. */
  readonly outsideKubeconfig: string;
  logFile(name: string): string;
  /** "<pid> <start time>" of a namespace's PID 1 or of a component. */
  recordFile(name: string): string;
  /** How a component was started, to start it again. */
  commandFile(name: string): string;
  nodeDirectory(name: string): string;
}

export function stateLayout(directory: string): StateLayout {
  const log = join(directory, 'log');
  const run = join(directory, 'run');
  return {
    directory,
    log,
    run,
    images: join(directory, 'images'),
    completeFile: join(run, 'complete'),
    settingsFile: join(directory, 'settings.json'),
    adminKubeconfig: join(directory, 'admin.kubeconfig'),
    outsideKubeconfig: join(directory, 'outside.kubeconfig'),
    logFile: (name) => join(log, `${name}.log`),
    recordFile: (name) => join(run, `${name}.pid`),
    commandFile: (name) => join(run, `${name}.json`),
    nodeDirectory: (name) => join(directory, name),
  };
}
