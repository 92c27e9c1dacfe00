import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Express, type Request, type RequestHandler } from 'express';
import type { JobKind } from '../../../src/jobs/jobs';
import { parseDirectives } from '../jobs/directives';
import { objectOf, type StudioJob } from '../jobs/studio-job';
import { parseCreate } from './parse-create';
import { answerProblem, Problem } from './problem';
import type { CreateRequest } from './parse-create';

export interface Desk {
  /** Takes a job; the same id with the same request answers the job as it is now, with another one throws 422. */
  take(
    kind: JobKind,
    id: string,
    request: CreateRequest,
  ): Promise<{ readonly job: StudioJob; readonly isReplay: boolean }>;
  find(kind: JobKind, id: string): StudioJob | undefined;
  cancel(job: StudioJob): Promise<StudioJob>;
  isBusy(): boolean;
}

/** The provider contract over HTTP; outputs are for whoever knows their address, the rest is for the token's bearer. */
export function createApp(options: {
  readonly token: string;
  readonly desk: Desk;
  readonly outputsDir: string;
  readonly originOf: () => string;
  readonly newId: (idempotencyKey: string | undefined) => string;
}): Express {
  const { desk, originOf } = options;
  const app = express();
  app.disable('x-powered-by');
  app.get('/health-check', (_req, res) => {
    res.send({ status: desk.isBusy() ? 'BUSY' : 'READY' });
  });
  app.use('/outputs', express.static(options.outputsDir, { index: false, fallthrough: false }));
  app.use(requireToken(options.token));
  app.use(express.json({ limit: '1mb' }));

  const create =
    (idOf: (req: Request) => string): RequestHandler =>
    async (req, res) => {
      const kind = kindOf(req);
      const request = parseCreate(kind, req.body);
      const { job, isReplay } = await desk.take(kind, idOf(req), request);
      if (!isReplay && parseDirectives(request.input).losesAck) {
        req.socket.destroy();
        return;
      }
      res.status(isReplay ? 200 : 202).send(objectOf(job, originOf()));
    };
  app.put('/:kind/:id', create(idOf));
  app.post(
    '/:kind',
    create((req) => options.newId(req.get('idempotency-key'))),
  );
  app.get('/:kind/:id', (req, res) => {
    res.send(objectOf(getJob(desk, req), originOf()));
  });
  app.post('/:kind/:id/cancel', async (req, res) => {
    res.send(objectOf(await desk.cancel(getJob(desk, req)), originOf()));
  });
  app.use(() => {
    throw new Problem(404, 'There is nothing here.');
  });
  app.use(answerProblem);
  return app;
}

function requireToken(token: string): RequestHandler {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = digest(`Bearer ${token}`);
  return (req, _res, next) => {
    if (!timingSafeEqual(digest(req.get('authorization') ?? ''), expected)) {
      throw new Problem(401, 'The studio asks for its token.');
    }
    next();
  };
}

function kindOf(req: Request): JobKind {
  const kind = req.params['kind'];
  if (kind !== 'predictions' && kind !== 'trainings') throw new Problem(404, 'There is nothing here.');
  return kind;
}

function idOf(req: Request): string {
  const id = String(req.params['id']);
  if (!/^[A-Za-z0-9_-]{8,64}$/.test(id)) {
    throw new Problem(400, 'An id has 8 to 64 letters, digits, dashes or underscores.');
  }
  return id;
}

function getJob(desk: Desk, req: Request): StudioJob {
  const kind = kindOf(req);
  const id = String(req.params['id']);
  const job = /^[A-Za-z0-9_-]{8,64}$/.test(id) ? desk.find(kind, id) : undefined;
  if (job === undefined) throw new Problem(404, `There is no such job among the ${kind}.`);
  return job;
}
