import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { DomainError } from '../domain/errors';
import { errorOf, type Refusal } from '../domain/refusal';
import { inspectUpload } from './inspect-upload';
import { UPLOAD_BYTES_MAX } from './picture-limits';
import { damaged, refusedPicture } from './picture-refusal';
import type { PreparedUpload } from './prepare-upload';
import { createTurns } from './turns';

/** Prepares uploads (src/media/prepare-upload.ts), each in a process of its own. */
export interface PictureDesk {
  /**
   * Throws what `prepareUpload` throws, `unavailable` when the process does not finish, and what `Turns` throws. Pictures of
   * one customer are prepared one after the other.
   */
  prepare(
    bytes: Buffer,
    of: { readonly customerId: string; readonly signal: AbortSignal },
  ): Promise<PreparedUpload>;
}

/** The first line of the process's output, as JSON; the bytes follow it. */
export type DeskAnswer = Omit<PreparedUpload, 'bytes'> | { readonly refusal: Refusal };

/** The exit code of a process that exceeded its memory or computing time. */
export const TOO_COSTLY_EXIT = 77;

/** More would only make each of them slower. */
const PROCESSES_MAX = 2;
/** The size of a phone's pictures. A larger one may take a gigabyte and seconds, so only one runs at a time, at low priority. */
const SMALL_PIXELS_MAX = 12_500_000;
const SMALL = { memoryMbMax: 500, priority: constants.priority.PRIORITY_NORMAL };
const LARGE = { memoryMbMax: 1_300, priority: constants.priority.PRIORITY_BELOW_NORMAL };
const WAIT_MS_MAX = 60_000;
/** The process bounds its own computing time; this is for one that hangs. */
const STILL_MS_MAX = 60_000;
/** The signals that end a process whose decoder crashed on the picture. */
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

/** Gives the bytes to a process and answers its output. Its environment is empty, so that it knows no secret. */
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
    // The process may end before it has read everything; only its exit counts.
    child.stdin.on('error', () => undefined);
    child.stdin.end(bytes);
    const notNow = new DomainError('unavailable', 'The picture could not be checked now.');
    // A killed process is waited for, so that its memory is free for the next one.
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
  if ('refusal' in answer) throw errorOf(answer.refusal);
  return { ...answer, bytes: output.subarray(end + 1) };
}
