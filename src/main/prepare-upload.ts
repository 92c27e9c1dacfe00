import { setPriority } from 'node:os';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { refusalOf } from '../domain/refusal';
import { TOO_COSTLY_EXIT, type DeskAnswer } from '../media/picture-desk';
import { prepareUpload, type PreparedUpload } from '../media/prepare-upload';

/*
 * Prepares one upload. Reads its bytes on standard input; writes a line of JSON and the bytes to store on standard output. The API
 * starts one process for each picture (src/media/picture-desk.ts), with a limit in megabytes and a priority. Pictures that
 * strangers send are decoded nowhere else.
 */

/** An honest picture of the largest size takes five at most. */
const CPU_SECONDS_MAX = 20;
const LOOK_MS = 20;

async function main(): Promise<void> {
  const [memoryMbMax = 0, priority = 0] = process.argv.slice(2).map(Number);
  if (priority !== 0) setPriority(priority);
  sharp.concurrency(1);
  sharp.cache(false);
  // The decoder works in another thread, so this one can watch the memory grow.
  setInterval(() => endIfCostly(memoryMbMax), LOOK_MS).unref();
  const { answer, bytes } = await answerTo(await buffer(process.stdin));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  process.stdout.end(bytes);
}

function endIfCostly(memoryMbMax: number): void {
  const { user, system } = process.cpuUsage();
  const isOver =
    process.memoryUsage.rss() > memoryMbMax * 1_000_000 || user + system > CPU_SECONDS_MAX * 1_000_000;
  if (isOver) process.exit(TOO_COSTLY_EXIT);
}

async function answerTo(upload: Buffer): Promise<{ readonly answer: DeskAnswer; readonly bytes: Buffer }> {
  try {
    const { bytes, ...picture }: PreparedUpload = await prepareUpload(upload);
    return { answer: picture, bytes };
  } catch (error) {
    return {
      answer: { refusal: refusalOf(error) },
      bytes: Buffer.alloc(0),
    };
  }
}

main().catch(() => {
  process.exitCode = 1;
});
