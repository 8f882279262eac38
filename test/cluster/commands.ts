import { clusterImages, imageNamed } from './images/definitions.ts';
import { ensureImages } from './images/build.ts';
import { allModules } from './programs/modules.ts';
import { type Programs, ensurePrograms } from './programs/programs.ts';
import { say } from './progress.ts';
import { clusterRequirements, ensureRequirements } from './requirements.ts';
import { nodeNumbers } from './whole/addresses.ts';
import { exclusively, settingsOfRunning, startCluster, stopCluster } from './whole/cluster.ts';
import { startComponentAgain, stopComponent } from './whole/components.ts';
import { executeInside } from './whole/enter.ts';
import { loadImages, tagImage } from './whole/images.ts';
import { bootNode, joinNode, powerOffNode } from './whole/node.ts';
import { type ClusterSettings, clusterSettings } from './whole/settings.ts';
import { stateLayout } from './whole/state.ts';
import { clusterStatus } from './whole/status.ts';

const stopGraceMilliseconds = 10_000;

type Command = (args: readonly string[], options: { readonly kill: boolean }) => Promise<number>;

/** What `main.ts` can do; each returns an exit code. */
export const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['prepare', prepareAll],
  ['up', up],
  ['down', down],
  ['status', status],
  ['exec', execute],
  ['shell', shell],
  ['node-down', nodeDown],
  ['node-up', nodeUp],
  ['stop-component', stopOne],
  ['start-component', startOne],
  ['load-image', loadImage],
  ['tag-image', tag],
  ['image', image],
]);

async function up(): Promise<number> {
  const settings = requireRoot(clusterSettings());
  const parts = await prepare();
  await startCluster(settings, parts);
  say(
    `up; "make cluster-shell" opens a shell in it, or set KUBECONFIG=${stateLayout(settings.stateDirectory).outsideKubeconfig}`,
  );
  return 0;
}

async function down(): Promise<number> {
  await stopCluster(requireRoot(clusterSettings()));
  return 0;
}

async function prepareAll(): Promise<number> {
  await prepare();
  return 0;
}

/** Everything that a start needs, from the caches or built now. */
async function prepare(): Promise<{ programs: Programs; images: string[] }> {
  await ensureRequirements(clusterRequirements);
  const programs = await ensurePrograms(allModules);
  const images = await ensureImages(clusterImages);
  return { programs, images };
}

async function status(): Promise<number> {
  const { up: isUp, text } = await clusterStatus(await settingsOfRunning());
  process.stdout.write(text);
  return isUp ? 0 : 3;
}

async function execute(args: readonly string[]): Promise<number> {
  if (args.length === 0) throw new Error('which command? "exec -- kubectl get pods"');
  const { state, programs } = await running();
  return executeInside(state, programs, args);
}

async function shell(): Promise<number> {
  say('a shell in the cluster\'s network, with kubectl and helm; "exit" leaves it');
  return execute([process.env['SHELL'] ?? 'sh']);
}

async function nodeDown(args: readonly string[]): Promise<number> {
  const { state, settings } = await running();
  const node = nodeArgument(args, settings.nodes);
  await exclusively(state, async () => powerOffNode(state, settings, node));
  return 0;
}

async function nodeUp(args: readonly string[]): Promise<number> {
  const { state, settings, programs } = await running();
  const node = nodeArgument(args, settings.nodes);
  await exclusively(state, async () => {
    await bootNode(state, settings, node);
    await joinNode(state, programs, node);
  });
  return 0;
}

async function stopOne([name = '']: readonly string[], { kill }: { readonly kill: boolean }): Promise<number> {
  const { state } = await running();
  await stopComponent(state, name, kill ? 0 : stopGraceMilliseconds);
  return 0;
}

async function startOne([name = '']: readonly string[]): Promise<number> {
  const { state } = await running();
  await startComponentAgain(state, name);
  return 0;
}

async function loadImage(files: readonly string[]): Promise<number> {
  const { state, settings } = await running();
  await exclusively(state, async () => loadImages(state, settings.nodes, files));
  return 0;
}

async function tag([name = '', newName = '']: readonly string[]): Promise<number> {
  if (newName === '') throw new Error('which image, and under which name? "tag-image IMAGE NEW-NAME"');
  const { state, settings } = await running();
  await exclusively(state, async () => tagImage(state, settings.nodes, name, newName));
  return 0;
}

/** Prints the archive of one image on stdout. */
async function image([name = '']: readonly string[]): Promise<number> {
  const definition = imageNamed(name);
  await ensureRequirements(clusterRequirements);
  const [archive] = await ensureImages([definition]);
  process.stdout.write(`${archive}\n`);
  return 0;
}

async function running() {
  const settings = requireRoot(await settingsOfRunning());
  return { settings, state: stateLayout(settings.stateDirectory), programs: await ensurePrograms(allModules) };
}

function requireRoot(settings: ClusterSettings): ClusterSettings {
  if (process.getuid?.() === 0) return settings;
  throw new Error('the cluster needs root for its namespaces, mounts and cgroups: run it with sudo');
}

function nodeArgument([text = '']: readonly string[], nodes: number): number {
  const node = Number(text);
  if (nodeNumbers(nodes).includes(node)) return node;
  throw new Error(`"${text}" is not a node of this cluster: give a number from 1 to ${nodes}`);
}
