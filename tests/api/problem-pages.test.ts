import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROBLEMS } from '../../src/api/http/problems';
import { ERROR_CODES } from '../../src/domain/errors';
import { findPackageRoot } from '../../src/platform/package-root';

const folder = join(findPackageRoot(), 'docs/problems');

describe('the pages in docs/problems', () => {
  it('are one for each error code and no others', async () => {
    const pages = await readdir(folder);
    expect(pages.sort()).toEqual(ERROR_CODES.map((code) => `${code}.md`).sort());
  });

  it.each(ERROR_CODES)('say the name and the status of %s', async (code) => {
    const page = await readFile(join(folder, `${code}.md`), 'utf8');
    expect(page.startsWith(`# ${code}\n\n**${PROBLEMS[code].status}.** `)).toBe(true);
  });

  it('use 422 for a reused key only', () => {
    const codes = ERROR_CODES.filter((code) => PROBLEMS[code].status === 422);
    expect(codes).toEqual(['idempotency_key_reused']);
  });
});
