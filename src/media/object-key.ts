/** Asserts that a key is what we write (`images/img_0/clean.png`): it can neither leave its place nor hide in it. */
export function assertObjectKey(key: string): void {
  const segments = key.split('/');
  const isSafe = segments.every((segment) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(segment));
  if (!isSafe) throw new Error(`Not an object key: ${JSON.stringify(key)}`);
}
