import { readFile } from 'node:fs/promises';

/** What is in the file that a command was given. Throws an error for people that names the file when it cannot be read. */
export async function readNamedFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const reason = code === 'ENOENT' ? 'there is no such file' : code;
    throw new Error(`${file} cannot be read: ${reason}.`, { cause: error });
  }
}
