type Environment = Readonly<Record<string, string | undefined>>;

/** Set by `scrip env` beside `TEMPORAL_ADDRESS`, to the same value. */
export const SHELL_MARK = 'SCRIP_ENV_TEMPORAL_ADDRESS';

/**
 * The environment without the variables that `eval "$(npx scrip env)"` set for the Temporal CLI: a stack that is started in that
 * shell must not mistake an earlier stack's address for a server that somebody chose.
 */
export function withoutShellExports(env: Environment): Environment {
  const address = env['TEMPORAL_ADDRESS'];
  if (address === undefined || address !== env[SHELL_MARK]) return env;
  return { ...env, TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined, TEMPORAL_UI_URL: undefined };
}
