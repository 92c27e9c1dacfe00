import express, { type Express, type Request, type Response } from 'express';
import { startLoopbackServer } from '../stack/loopback-server';
import { deliverWebhook } from './deliver-webhook';
import { plainPicture } from './pictures';

export interface CogOptions {
  /** On loopback; 0 for any free one. */
  readonly port: number;
  /** Predictions at the same time; Cog's own default is one. */
  readonly slots?: number;
}

export interface Cog {
  readonly url: string;
  /** The ids that were begun, in order; one that was forgotten and asked for again stands there twice. */
  readonly begun: readonly string[];
  /** The ids that were asked for, in order. */
  readonly puts: readonly string[];
  /** Loses everything that runs without a word, as a server that is restarted does. */
  forget(): void;
  /** Lets those go on that wait. */
  goOn(): void;
  stop(): Promise<void>;
}

interface Run {
  readonly input: Readonly<Record<string, unknown>>;
  readonly webhook: string | undefined;
  readonly events: readonly string[];
  end: 'canceled' | 'forgotten' | undefined;
  goOn: () => void;
}

/**
 * A stand-in that speaks as a bare Cog 0.23 does: ids by `PUT`, one answer for as long as a job runs and none after it,
 * no way to ask, reports that nobody signs, pictures as `data:` URLs. In a prompt or a name `[wait]` waits to be let go
 * on, `[fail]` fails, `[mute]` reports nothing.
 * Source: https://github.com/replicate/cog/blob/main/docs/http.md
 */
export async function startCog({ port, slots = 1 }: CogOptions): Promise<Cog> {
  const running = new Map<string, Run>();
  const begun: string[] = [];
  const puts: string[] = [];
  const stopping = new AbortController();
  let origin = '';

  const report = (run: Run, event: string, object: object): void => {
    if (run.webhook === undefined || !run.events.includes(event) || saysOf(run.input, 'mute')) return;
    void deliverWebhook(run.webhook, JSON.stringify(object), {}, stopping.signal);
  };

  const work = async (id: string, kind: string, run: Run): Promise<void> => {
    const common = { id, logs: '', metrics: {} };
    report(run, 'start', { ...common, status: 'processing' });
    if (saysOf(run.input, 'wait')) await new Promise<void>((resolve) => (run.goOn = resolve));
    const output = kind === 'trainings' ? { weights: `${origin}/weights/${id}` } : await paint(run.input);
    if (running.get(id) === run) running.delete(id);
    if (run.end === 'forgotten') return;
    if (run.end === 'canceled') report(run, 'completed', { ...common, status: 'canceled' });
    else if (saysOf(run.input, 'fail')) {
      report(run, 'completed', { ...common, error: 'out of paint', status: 'failed' });
    } else {
      report(run, 'completed', { ...common, metrics: { predict_time: 0.01 }, output, status: 'succeeded' });
    }
  };

  const take = (req: Request, res: Response): void => {
    const { kind, id } = req.params as { kind: string; id: string };
    const known = running.get(id);
    puts.push(id);
    if (known !== undefined) {
      res.status(202).send({ id, input: known.input, logs: '', metrics: {}, status: 'processing' });
    } else if (running.size >= slots) {
      res.status(409).send({ error: 'At capacity - all prediction slots busy', status: 'failed' });
    } else {
      const body = req.body as {
        input: Run['input'];
        webhook?: string;
        webhook_events_filter?: readonly string[];
      };
      const events = body.webhook_events_filter ?? ['start', 'output', 'logs', 'completed'];
      const run: Run = {
        input: body.input,
        webhook: body.webhook,
        events,
        end: undefined,
        goOn: () => undefined,
      };
      running.set(id, run);
      begun.push(id);
      res.status(202).send({ id, status: 'starting' });
      void work(id, kind, run);
    }
  };

  const end = (run: Run | undefined, how: 'canceled' | 'forgotten'): void => {
    if (run === undefined) return;
    run.end = how;
    run.goOn();
  };

  const app: Express = express();
  app.use(express.json({ limit: '10mb' }));
  app.get('/health-check', (_req, res) => void res.send({ status: running.size < slots ? 'READY' : 'BUSY' }));
  app.get('/weights/:id', (_req, res) => void res.send('weights'));
  app.put('/:kind/:id', take);
  app.post('/:kind/:id/cancel', (req, res) => {
    const run = running.get(req.params.id);
    end(run, 'canceled');
    res.status(run === undefined ? 404 : 200).send({});
  });
  app.all('/:kind/:id', (_req, res) => void res.status(405).set('allow', 'PUT').end());
  const server = await startLoopbackServer(app, port);
  origin = server.url;
  return {
    url: origin,
    begun,
    puts,
    forget() {
      for (const run of running.values()) end(run, 'forgotten');
      running.clear();
    },
    goOn() {
      for (const run of running.values()) run.goOn();
    },
    async stop() {
      stopping.abort();
      await server.stop();
    },
  };
}

function saysOf(input: Run['input'], word: string): boolean {
  return JSON.stringify(input).includes(`[${word}]`);
}

async function paint({ num_outputs: count = 1, seed = 1 }: Run['input']): Promise<readonly string[]> {
  const pictures = Array.from({ length: Number(count) }, (_, index) => plainPicture(Number(seed) + index));
  return (await Promise.all(pictures)).map(
    (picture) => `data:image/png;base64,${picture.toString('base64')}`,
  );
}
