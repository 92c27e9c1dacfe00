/** A form body or a query, with Stripe's brackets resolved: `a[b][0]=c` is `{ a: { b: ['c'] } }`. Every leaf is text. */
export interface Form {
  readonly [name: string]: FormValue;
}
type FormValue = string | readonly FormValue[] | Form;

interface Branch {
  [name: string]: string | Branch;
}

/** Reads `application/x-www-form-urlencoded` text; the last of two equal names wins, `name[]` appends. */
export function parseForm(text: string): Form {
  const root = newBranch();
  for (const [name, value] of new URLSearchParams(text)) insert(root, pathOf(name), value);
  return Object.fromEntries(Object.entries(root).map(([name, value]) => [name, finish(value)]));
}

/** The same form as canonical text: equal for equal content, whatever the order of the names. */
export function canonicalForm(form: Form): string {
  return JSON.stringify(form, (_name, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function pathOf(name: string): string[] {
  const [head = '', ...rest] = name.split('[');
  return [head, ...rest.map((part) => part.replace(/\]$/, ''))];
}

function insert(branch: Branch, [name, ...rest]: readonly string[], value: string): void {
  const key = name === undefined || name === '' ? String(Object.keys(branch).length) : name;
  if (rest.length === 0) {
    branch[key] = value;
    return;
  }
  const existing = branch[key];
  const child = existing === undefined || typeof existing === 'string' ? newBranch() : existing;
  branch[key] = child;
  insert(child, rest, value);
}

function finish(value: string | Branch): FormValue {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value);
  const isList = entries.every(([name], index) => name === String(index));
  return isList
    ? entries.map(([, child]) => finish(child))
    : Object.fromEntries(entries.map(([name, child]) => [name, finish(child)]));
}

/** Without a prototype, so that no name in a request can mean anything but itself. */
function newBranch(): Branch {
  return Object.create(null) as Branch;
}
