import { run } from '../processes/run.ts';
import { longStep } from '../progress.ts';
import { type BuildPlan, buildCommands } from './build-plan.ts';
import type { ToolModule } from './modules.ts';

/** Builds a module's programs into `output` and says how far it is. Everything comes from the Go module proxy. */
export async function goBuild(module: ToolModule, plan: BuildPlan, output: string): Promise<void> {
  await requireGo();
  await longStep(`building ${Object.keys(module.programs).join(', ')}`, module.coldBuildSeconds, async (step) => {
    let downloaded = 0;
    let compiled = 0;
    // `go build -v` prints a package when it is compiled, not when it comes from Go's build cache.
    const onStderrLine = (line: string) => {
      if (line.startsWith('go: downloading ')) downloaded += 1;
      else if (!line.startsWith('go: ')) compiled += 1;
      step.note(`${downloaded} modules downloaded, ${compiled} packages compiled`);
    };
    for (const command of buildCommands(module, output)) {
      await run('go', ['build', '-v', ...plan.flags, '-o', command.output, ...command.packages], {
        cwd: module.directory,
        env: { ...process.env, ...plan.environment },
        onStderrLine,
      });
    }
  });
}

async function requireGo(): Promise<void> {
  try {
    await run('go', ['version'], { timeoutMilliseconds: 10_000 });
  } catch (error) {
    throw new Error(
      'cannot build the Kubernetes programs: Go 1.26 (or 1.21 and newer with GOTOOLCHAIN=auto) is needed on PATH, see https://go.dev/doc/install',
      { cause: error },
    );
  }
}
