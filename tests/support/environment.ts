/** What jest's global set-up told the test processes. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: did jest's global set-up run?`);
  return value;
}
