import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { refusedCatalog, type Path } from './fault';

/** A YAML (or JSON) text as plain data, and on which line each of its parts stands. */
export interface Source {
  readonly value: unknown;
  /** The line of a path, counted from 1; of the nearest part above it when the path leads to nothing. */
  readonly lineOf: (path: Path) => number;
  /** The keys of the mapping at a path as they are written: a JavaScript object would put numbers first. */
  readonly keysAt: (path: Path) => readonly string[];
}

const TEXT_LENGTH_MAX = 1_000_000;

/** Parses a text. Throws `DomainError('invalid_request')` with every fault of syntax and its line. */
export function readSource(text: string): Source {
  if (text.length > TEXT_LENGTH_MAX)
    throw refusedCatalog([`line 1: it must be at most ${TEXT_LENGTH_MAX} characters long`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core' });
  const lineAt = (offset: number) => Math.min(Math.max(lines.linePos(offset).line, 1), countLines(text));
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) {
    throw refusedCatalog(wrong.map(({ pos, message }) => `line ${lineAt(pos[0])}: ${firstLineOf(message)}`));
  }
  return {
    value: plainValueOf(document),
    lineOf: (path) => lineAt(find(document, path).offset),
    keysAt: (path) => {
      const { node } = find(document, path);
      return isMap(node) ? node.items.map(({ key }) => keyOf(key)) : [];
    },
  };
}

/** Many aliases of aliases are refused here: they are small on paper and huge in memory. */
function plainValueOf(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw refusedCatalog([`line 1: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** What a path leads to, and where its key stands; the nearest part above it when it leads to nothing. */
function find(document: Document, path: Path): { readonly node: unknown; readonly offset: number } {
  let node = resolve(document, document.contents);
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    const [at, value] = childOf(node, step);
    if (!isNode(at)) return { node: undefined, offset };
    offset = at.range?.[0] ?? offset;
    node = resolve(document, value);
  }
  return { node, offset };
}

function childOf(node: unknown, step: string | number): readonly [at: unknown, value: unknown] {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyOf(key) === String(step));
    return [pair?.key, pair?.value];
  }
  if (isSeq(node)) {
    const item: unknown = node.items[Number(step)];
    return [item, item];
  }
  return [undefined, undefined];
}

function resolve(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function countLines(text: string): number {
  return text.split('\n').length;
}

function firstLineOf(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
