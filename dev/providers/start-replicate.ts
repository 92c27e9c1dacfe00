import express, { type Express, type Request, type Response } from 'express';
import { Webhook } from 'standardwebhooks';
import { epochMsOf } from '../../src/domain/instants';
import { wallInstant } from '../../src/platform/clock';
import { startLoopbackServer } from '../stack/loopback-server';
import { deliverWebhook } from './deliver-webhook';
import { plainPicture } from './pictures';

export interface ReplicateOptions {
  readonly port: number;
  readonly token: string;
  /** `whsec_…`, with which it signs. */
  readonly webhookSecret: string;
  /** How many jobs a page of a list holds; Replicate's own is 100. */
  readonly pageSize?: number;
}

export interface Replicate {
  /** With `/v1` at its end, as Replicate's own address has. */
  readonly url: string;
  /** What was asked to be created, by path, in order. */
  readonly created: readonly { readonly path: string; readonly body: Readonly<Record<string, unknown>> }[];
  /** Lets those go on that wait. */
  goOn(): void;
  /** Answers every call with this status from now on; undefined: no longer. */
  refuse(status: number | undefined): void;
  stop(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;

interface Item {
  readonly kind: string;
  readonly id: string;
  readonly body: Body;
  readonly model: string;
  readonly version: string;
  readonly createdAt: string;
  status: string;
  output: unknown;
  error: string | null;
  completedAt: string | null;
  goOn: () => void;
}

/**
 * A stand-in that speaks as Replicate does: ids of its own, no idempotent create, lists by pages, trainings under the
 * trainer's version with a destination, signed reports. In a prompt or a name `[wait]` waits to be let go on, `[fail]`
 * fails, `[mute]` reports nothing, `[unlisted]` keeps it out of lists, `[lose-ack]` takes the job and breaks the connection
 * before the answer.
 * Source: https://replicate.com/docs/reference/http
 */
export async function startReplicate(options: ReplicateOptions): Promise<Replicate> {
  const { port, token, webhookSecret, pageSize = 100 } = options;
  const items: Item[] = [];
  const created: { path: string; body: Body }[] = [];
  const signer = new Webhook(webhookSecret);
  const stopping = new AbortController();
  let origin = '';
  let refusal: number | undefined;

  const objectOf = (item: Item): object => {
    const self = `${origin}/v1/${item.kind}/${item.id}`;
    return {
      id: item.id,
      model: item.model,
      version: item.version,
      input: item.body['input'],
      logs: '',
      output: item.output,
      data_removed: false,
      error: item.error,
      source: 'api',
      status: item.status,
      webhook: item.body['webhook'],
      created_at: item.createdAt,
      completed_at: item.completedAt,
      urls: { get: self, cancel: `${self}/cancel` },
    };
  };

  const report = (item: Item, event: string): void => {
    const { webhook, webhook_events_filter: events } = item.body;
    if (typeof webhook !== 'string' || !(events as string[]).includes(event) || says(item, 'mute')) return;
    const body = JSON.stringify(objectOf(item));
    const id = `msg_${item.id}_${event}`;
    const at = new Date(epochMsOf(wallInstant()));
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign(id, at, body),
    };
    void deliverWebhook(webhook, body, headers, stopping.signal);
  };

  const work = async (item: Item): Promise<void> => {
    item.status = 'processing';
    report(item, 'start');
    if (says(item, 'wait')) await new Promise<void>((resolve) => (item.goOn = resolve));
    if (item.completedAt !== null) return;
    const { num_outputs: count = 1 } = item.body['input'] as Body;
    if (says(item, 'fail')) [item.status, item.error] = ['failed', 'out of paint'];
    else {
      item.status = 'succeeded';
      item.output =
        item.kind === 'trainings'
          ? { version: `${String(item.body['destination'])}:${item.id}`, weights: `${origin}/weights` }
          : Array.from({ length: Number(count) }, (_, index) => `${origin}/output/${item.id}/${index}.png`);
    }
    item.completedAt = wallInstant();
    report(item, 'completed');
  };

  const create = (kind: string, of: (req: Request) => { model: string; version: string }) => {
    return (req: Request, res: Response): void => {
      const body = req.body as Body;
      created.push({ path: req.path, body });
      if (kind === 'trainings' && typeof body['destination'] !== 'string') {
        res.status(422).send({ title: 'Invalid input', detail: '- destination is required', status: 422 });
        return;
      }
      const id = `rep${String(items.length).padStart(20, '0')}`;
      const item: Item = {
        kind,
        id,
        body,
        ...of(req),
        createdAt: wallInstant(),
        status: 'starting',
        output: null,
        error: null,
        completedAt: null,
        goOn: () => undefined,
      };
      items.unshift(item);
      if (says(item, 'lose-ack')) req.socket.destroy();
      else res.status(201).send(objectOf(item));
      void work(item);
    };
  };

  const withItem = (answer: (item: Item, res: Response) => void) => (req: Request, res: Response) => {
    const item = items.find(({ kind, id }) => kind === req.params['kind'] && id === req.params['id']);
    if (item === undefined) res.status(404).send({ detail: 'Not found.', status: 404 });
    else answer(item, res);
  };

  const list = (req: Request, res: Response): void => {
    const from = Number(req.query['cursor'] ?? 0);
    const ofKind = items.filter((item) => item.kind === req.params['kind'] && !says(item, 'unlisted'));
    const isMore = ofKind.length > from + pageSize;
    const next = isMore
      ? `${origin}/v1/${String(req.params['kind'])}?cursor=${String(from + pageSize)}`
      : null;
    res.send({ previous: null, next, results: ofKind.slice(from, from + pageSize).map(objectOf) });
  };

  const app: Express = express();
  app.get('/output/:id/:name', (req, res, next) => {
    plainPicture(Number.parseInt(req.params.name)).then((picture) => res.type('png').send(picture), next);
  });
  app.use((req, res, next) => {
    if (refusal !== undefined) res.status(refusal).end();
    else if (req.get('authorization') === `Bearer ${token}`) next();
    else res.status(401).send({ title: 'Unauthenticated', detail: 'No valid token.', status: 401 });
  });
  app.use(express.json({ limit: '10mb' }));
  const ofModel = ({ params }: Request) => `${String(params['owner'])}/${String(params['name'])}`;
  app.post(
    '/v1/models/:owner/:name/versions/:version/trainings',
    create('trainings', (req) => ({ model: ofModel(req), version: String(req.params['version']) })),
  );
  app.post(
    '/v1/models/:owner/:name/predictions',
    create('predictions', (req) => ({ model: ofModel(req), version: 'hidden' })),
  );
  app.post(
    '/v1/predictions',
    create('predictions', ({ body }) => ({
      model: 'owner/name',
      version: String((body as Body)['version']),
    })),
  );
  app.get('/v1/:kind', list);
  app.get(
    '/v1/:kind/:id',
    withItem((item, res) => void res.send(objectOf(item))),
  );
  app.post(
    '/v1/:kind/:id/cancel',
    withItem((item, res) => {
      if (item.completedAt === null) {
        item.status = 'canceled';
        item.completedAt = wallInstant();
        item.goOn();
        report(item, 'completed');
      }
      res.send(objectOf(item));
    }),
  );
  const server = await startLoopbackServer(app, port);
  origin = server.url;
  return {
    url: `${origin}/v1`,
    created,
    goOn() {
      for (const item of items) item.goOn();
    },
    refuse(status) {
      refusal = status;
    },
    async stop() {
      stopping.abort();
      await server.stop();
    },
  };
}

function says({ body }: Item, word: string): boolean {
  return JSON.stringify(body['input']).includes(`[${word}]`);
}
