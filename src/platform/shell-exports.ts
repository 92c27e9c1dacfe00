type Environment = Readonly<Record<string, string | undefined>>;

/** Set by `scrip env` beside `TEMPORAL_ADDRESS`, to the same value. */
export const SHELL_MARK = 'SCRIP_ENV_TEMPORAL_ADDRESS';

/**
 * The environment without what `eval "$(npx scrip env)"` put there for the Temporal CLI. A stack that is started in that
 * shell must not take the address of an earlier one for a server that somebody named.
 */
export function withoutShellExports(env: Environment): Environment {
  const address = env['TEMPORAL_ADDRESS'];
  if (address === undefined || address !== env[SHELL_MARK]) return env;
  return { ...env, TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, TEMPORAL_UI_URL: undefined };
}
