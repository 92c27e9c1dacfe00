import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { useLedger } from '../ledger/use-ledger';

const ROOT = join(__dirname, '../..');

describe('the source code', () => {
  const { db } = useLedger();

  it('has SQL on the schema of the ledger in the ledger and its audit alone', async () => {
    const { rows } = await db.raw<{ rows: { name: string }[] }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'ledger'::regnamespace AND relkind IN ('r', 'v', 'p')
       UNION SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace`,
    );
    const names = new Set(rows.map(({ name }) => name));
    expect([...names]).toEqual(expect.arrayContaining(['journal', 'holds', 'apply_batch']));
    const found = sourcesBut('src/ledger/', 'src/audit/ledger/').flatMap(({ path, source }) =>
      textsOf(source)
        .flatMap((text) => [...text.matchAll(/\bledger\.(\w+)/g)])
        .filter(([, name]) => name !== undefined && names.has(name))
        .map(([text]) => `${path}: ${text}`),
    );
    expect(found).toEqual([]);
  });

  it('writes the names of columns in the store alone', async () => {
    const { rows } = await db.raw<{ rows: { column_name: string }[] }>(
      `SELECT DISTINCT column_name FROM information_schema.columns
       WHERE table_schema = 'app' AND column_name LIKE '%\\_%'`,
    );
    const columns = new Set(rows.map(({ column_name: name }) => name));
    expect(columns.has('customer_id')).toBe(true);
    // What Stripe and the providers of jobs call things is theirs, and what the ledger calls things is the ledger's.
    const strangers = ['src/payments/', 'src/jobs/', 'src/ledger/', 'src/audit/ledger/'];
    const found = sourcesBut('src/store/', ...strangers).flatMap(({ path, source }) =>
      propertiesOf(source)
        .filter((name) => columns.has(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(found).toEqual([]);
  });

  it('is searched in every text and every object', () => {
    const wrong = ts.createSourceFile(
      'wrong.ts',
      'const a = db(`SELECT FROM ledger.holds`), b = "ledger.lots", c = ledger.submit({ customer_id: 1 });',
      ts.ScriptTarget.Latest,
    );
    expect(textsOf(wrong)).toEqual(['SELECT FROM ledger.holds', 'ledger.lots']);
    expect(propertiesOf(wrong)).toEqual(['customer_id']);
  });
});

interface Source {
  readonly path: string;
  readonly source: ts.SourceFile;
}

/** The source files of src but for its tests and some folders. */
function sourcesBut(...folders: readonly string[]): Source[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((path) => !folders.some((folder) => path.startsWith(folder)))
    .map((path) => ({
      path,
      source: ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest),
    }));
}

/** Every text in a file, as far as it is known before it runs: comments and names are none. */
function textsOf(source: ts.SourceFile): string[] {
  return nodesOf(source).flatMap((node) =>
    ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
      ? [node.text]
      : [],
  );
}

/** The names of all members of objects that are written in a file. */
function propertiesOf(source: ts.SourceFile): string[] {
  return nodesOf(source).flatMap((node) =>
    (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) &&
    (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name))
      ? [node.name.text]
      : [],
  );
}

function nodesOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child, ...nodesOf(child)));
  return children;
}
