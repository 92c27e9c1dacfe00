import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { pino } from 'pino';

/** What the text of an environment variable must look like. */
export interface Format {
  /** After "must be". */
  readonly what: string;
  readonly fits: (text: string) => boolean;
  /** The value is not repeated in the message, which may end up in a log. */
  readonly secret?: true;
}

const STRIPE_KEY = /^[rs]k_[A-Za-z0-9_]+$/;
const WEBHOOK_SECRET = /^whsec_\S+$/;
/** Standard Webhooks: the key in base64, of at least 12 bytes. */
const STANDARD_WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/;
const PORT_MAX = 65_535;

export const FORMATS = {
  postgresUrl: {
    what: 'postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters in the password written as %XX',
    fits: (text) => /^postgres(ql)?:$/.test(protocolOf(text)),
    secret: true,
  },
  httpUrl: {
    what: 'an address that begins with http:// or https://',
    fits: (text) => /^https?:$/.test(protocolOf(text)),
  },
  objectStoreUrl: {
    what: 'file:///FOLDER or s3://BUCKET/PREFIX?region=REGION',
    fits: (text) => (/^file:\/\/\//.test(text) || /^s3:\/\/[^/?#]+/.test(text)) && protocolOf(text) !== '',
  },
  hostAndPort: {
    what: 'HOST:PORT, like 127.0.0.1:7233',
    fits(text) {
      const port = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+):(\d{1,5})$/.exec(text)?.[1];
      return port !== undefined && Number(port) <= PORT_MAX;
    },
  },
  host: {
    what: 'a name or an address of this machine, like 127.0.0.1 or 0.0.0.0',
    fits: (text) => /^[A-Za-z0-9.:_-]+$/.test(text),
  },
  port: {
    what: `a number from 0 to ${String(PORT_MAX)}`,
    fits: (text) => /^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX,
  },
  hosts: {
    what: 'names or addresses of hosts, with or without a port, separated by commas',
    fits: (text) => isListOf(text, /^[A-Za-z0-9._-]+(:\d{1,5})?$|^\[[0-9a-fA-F:.]+\](:\d{1,5})?$/),
  },
  silenceSeconds: {
    what: 'a whole number of seconds from 10 to 21600',
    fits: (text) => /^\d{2,5}$/.test(text) && Number(text) >= 10 && Number(text) <= 21_600,
  },
  ownerAndName: { what: 'OWNER/NAME', fits: (text) => /^[^\s/]+\/[^\s/]+$/.test(text) },
  namespace: {
    what: 'letters, digits, points, dashes and underscores',
    fits: (text) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(text),
  },
  logLevel: {
    what: `one of ${[...Object.keys(pino.levels.values), 'silent'].join(', ')}`,
    fits: (text) => Object.hasOwn(pino.levels.values, text) || text === 'silent',
  },
  nodeEnvironment: {
    what: 'production, development or test',
    fits: (text) => ['production', 'development', 'test'].includes(text),
  },
  stripeKey: {
    what: "a secret key of Stripe's, which begins with sk_ or rk_",
    fits: (text) => STRIPE_KEY.test(text),
    secret: true,
  },
  webhookSecrets: {
    what: "a signing secret of Stripe's, which begins with whsec_, or several with commas",
    fits: (text) => isListOf(text, WEBHOOK_SECRET),
    secret: true,
  },
  standardWebhookSecrets: {
    what: 'whsec_ and a key in base64 (echo whsec_$(openssl rand -base64 24)), or several with commas',
    fits: (text) => isListOf(text, STANDARD_WEBHOOK_SECRET),
    secret: true,
  },
  secret: { what: 'a secret of your own (openssl rand -hex 24)', fits: () => true, secret: true },
  given: { what: 'the value that its issuer gave you', fits: () => true, secret: true },
  name: { what: 'a name without spaces', fits: (text) => /^\S+$/.test(text) },
  folder: {
    what: 'a folder, or where one can be made',
    fits: (text) => !existsSync(text) || statSync(text).isDirectory(),
  },
  readableFile: { what: 'a file that can be read', fits: (text) => isFileThatAllows(text, constants.R_OK) },
  program: {
    what: 'the absolute path of a program that can be run',
    fits: (text) => isAbsolute(text) && isFileThatAllows(text, constants.X_OK),
  },
} as const satisfies Readonly<Record<string, Format>>;

/** Empty for what is no URL. */
function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

function isListOf(text: string, item: RegExp): boolean {
  const items = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  return items.length > 0 && items.every((each) => item.test(each));
}

function isFileThatAllows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
