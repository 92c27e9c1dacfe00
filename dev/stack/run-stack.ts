import type { DevJson } from './dev-json';
import { readSettings, type Settings } from './settings';
import type { Stack } from './stack';
import type { Say } from './temporal-cli';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A kind of stack, and what a person sees when it is ready. */
export interface StackProgram {
  readonly name: string;
  readonly create: (settings: Settings, say: Say) => Promise<Stack>;
  readonly screen: (dev: DevJson, home: string, seconds: number) => string;
}

/** Runs a stack until it is told to stop (exit code 0) or a part cannot be kept alive (exit code 1); ends the process. */
export function runStack(program: StackProgram): void {
  run(program).then(
    // What was in the middle of its start when the signal came may still hold a handle or two.
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(`\n${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    },
  );
}

async function run({ name, create, screen }: StackProgram): Promise<number> {
  const stopAsked = new Promise<'stop'>((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve('stop'));
  });
  const startedAt = performance.now();
  const settings = readSettings(process.env);
  console.log(`Starting ${name}…`);
  const stack = await create(settings, (line) => console.log(line));
  try {
    const dev = await Promise.race([stack.start(), stopAsked]);
    if (dev !== 'stop') {
      console.log(screen(dev, settings.home, (performance.now() - startedAt) / 1000));
      await stack.announce(dev);
      await Promise.race([stopAsked, stack.givenUp]);
    }
    console.log('Stopping…');
    return 0;
  } finally {
    await stopWithin(stack, 9_500);
  }
}

/** What hangs is left to the next start, which ends it: whoever asked to stop does not wait longer. */
async function stopWithin(stack: Stack, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([stack.stop(), timeout]);
  clearTimeout(timer);
}
