import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { DomainError } from '../domain/errors';
import { createTurns } from './turns';
import { inspectUpload } from './inspect-upload';
import { UPLOAD_BYTES_MAX } from './picture-limits';
import { damaged, refusedPicture } from './picture-refusal';
import type { PreparedUpload } from './prepare-upload';

/** Prepares uploads (src/media/prepare-upload.ts), each in a process of its own that has nothing else and ends with it. */
export interface PictureDesk {
  /**
   * Throws what `prepareUpload` does, `unavailable` when there is no end in sight, and what `Turns` throws. Pictures of one
   * customer are prepared one after the other.
   */
  prepare(
    bytes: Buffer,
    of: { readonly customerId: string; readonly signal: AbortSignal },
  ): Promise<PreparedUpload>;
}

/** What one line of the process's output says; the bytes follow it. */
export type DeskAnswer =
  | Omit<PreparedUpload, 'bytes'>
  | { readonly refusal: { readonly message: string; readonly details: Readonly<Record<string, unknown>> } };

/** How a process ends that took more memory or computing time than it may. */
export const TOO_COSTLY_EXIT = 77;

/** More would only make each of them slower. */
const PROCESSES_MAX = 2;
/** What a phone makes. Above, a picture may take a gigabyte and seconds: of those one is at work at once, behind all else. */
const SMALL_PIXELS_MAX = 12_500_000;
const SMALL = { memoryMbMax: 500, priority: constants.priority.PRIORITY_NORMAL };
const LARGE = { memoryMbMax: 1_300, priority: constants.priority.PRIORITY_BELOW_NORMAL };
const WAIT_MS_MAX = 60_000;
/** Computing time is bounded in the process itself; this is for one that stands still. */
const STILL_MS_MAX = 60_000;
/** How a process ends whose decoder stumbled over the picture. */
const CRASHES: readonly NodeJS.Signals[] = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE'];
/** A line that describes a picture, and the picture. */
const OUTPUT_BYTES_MAX = UPLOAD_BYTES_MAX + 10_000;

/** `program` is the compiled src/main/prepare-upload.ts. */
export function createPictureDesk(program: string): PictureDesk {
  const turns = createTurns({
    places: PROCESSES_MAX,
    waiting: 1_000,
    waitingOfOne: 1_000,
    waitMsMax: WAIT_MS_MAX,
  });
  return {
    async prepare(bytes, { customerId, signal }) {
      const { width, height } = inspectUpload(bytes);
      const isLarge = width * height > SMALL_PIXELS_MAX;
      const giveBack = await turns.take({
        who: customerId,
        mostOfTheirs: 1,
        ...(isLarge ? { kind: { name: 'large', most: 1 } } : {}),
        signal,
      });
      try {
        const { memoryMbMax, priority } = isLarge ? LARGE : SMALL;
        const command = [program, String(memoryMbMax), String(priority)];
        return answerOf(await runOnce(command, bytes, signal));
      } finally {
        giveBack();
      }
    },
  };
}

/** Gives the bytes to a process and answers all it says. Its environment is empty: it knows no secret. */
function runOnce(command: readonly string[], bytes: Buffer, signal: AbortSignal): Promise<Buffer> {
  const child = spawn(process.execPath, ['--max-old-space-size=64', ...command], {
    env: { MALLOC_ARENA_MAX: '2' },
    stdio: ['pipe', 'pipe', 'ignore'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(STILL_MS_MAX)]),
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > OUTPUT_BYTES_MAX) child.kill('SIGKILL');
    });
    // It may end before it has read all; how it ended is what counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes);
    const notNow = new DomainError('unavailable', 'The picture could not be looked at now.');
    // One that is told to end is waited for, so that what it took is there for the next.
    child.on('error', () => {
      if (child.pid === undefined) reject(notNow);
    });
    child.on('close', (code, killedBy) => {
      if (code === 0) resolve(Buffer.concat(chunks));
      else if (killedBy !== null && CRASHES.includes(killedBy)) reject(damaged());
      else if (code === TOO_COSTLY_EXIT)
        reject(refusedPicture('too_costly', 'The picture takes too much time or memory to decode.'));
      else reject(notNow);
    });
  });
}

function answerOf(output: Buffer): PreparedUpload {
  const end = output.indexOf('\n');
  const answer = JSON.parse(output.toString('utf8', 0, end)) as DeskAnswer;
  if ('refusal' in answer)
    throw new DomainError('invalid_request', answer.refusal.message, answer.refusal.details);
  return { ...answer, bytes: output.subarray(end + 1) };
}
