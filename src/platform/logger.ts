import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Secrets that reach a log by way of a header or a configuration object are cut out. */
const SECRETS = ['req.headers.authorization', '*.authorization', '*.secretKey', '*.token', '*.webhookSecret'];

/** What Postgres says of a row that it refuses repeats the row: names, addresses, prompts. */
const ROWS = ['err.detail', 'err.where', 'err.internalQuery', 'err.*.detail', 'err.*.where'];

/** JSON lines on stdout, one per event, with an ISO 8601 `time`; `name` says which process speaks. */
export function createLogger(options: { readonly name: string; readonly level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...SECRETS, ...ROWS], censor: '[redacted]' },
  });
}
