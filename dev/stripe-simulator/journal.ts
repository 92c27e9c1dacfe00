import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** An append-only file of JSON lines, each durable before `append` returns. */
export interface Journal {
  append(entry: unknown): void;
  close(): void;
}

/**
 * Opens a journal and replaces what it holds by what `compact` makes of its entries, by writing another file and
 * renaming it, so that a process killed at any point leaves either the old or the new one. A last line that was
 * cut off by such a kill was never acknowledged and is dropped. Without a file nothing is kept.
 */
export function openJournal(file: string | null, compact: (entries: readonly unknown[]) => unknown): Journal {
  if (file === null) {
    compact([]);
    return { append: () => undefined, close: () => undefined };
  }
  mkdirSync(dirname(file), { recursive: true });
  const entry = compact(readEntries(file));
  const temporary = `${file}.new`;
  const replacement = openSync(temporary, 'w');
  writeLine(replacement, entry);
  closeSync(replacement);
  renameSync(temporary, file);
  const descriptor = openSync(file, 'a');
  return {
    append(line) {
      writeLine(descriptor, line);
    },
    close() {
      closeSync(descriptor);
    },
  };
}

function readEntries(file: string): unknown[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.slice(0, -1).map((line): unknown => JSON.parse(line));
}

function writeLine(descriptor: number, entry: unknown): void {
  writeSync(descriptor, `${JSON.stringify(entry)}\n`);
  fsyncSync(descriptor);
}
