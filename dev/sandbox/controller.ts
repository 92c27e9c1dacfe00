import express, { type ErrorRequestHandler } from 'express';
import { z } from 'zod';
import { parseDuration, plus } from '../../src/domain/durations';
import { parseInstant, type Instant } from '../../src/domain/instants';
import { startLoopbackServer, type LoopbackServer } from '../stack/loopback-server';
import { AdvanceRefused } from './advance';

const target = z.union([z.strictObject({ by: z.string() }), z.strictObject({ to: z.string() })]);

/**
 * The clock over HTTP, on loopback: `GET /clock` answers `{now}`, `POST /clock/advance {by}` or `{to}` answers `{now}` when
 * all that was due by then has been carried out. Refusals are `{status, detail}`.
 */
export async function startController(clock: {
  now(): Promise<Instant>;
  advance(target: (now: Instant) => Instant | undefined): Promise<Instant>;
}): Promise<LoopbackServer> {
  const app = express();
  app.use(express.json({ limit: '1kb' }));
  app.get('/clock', async (_req, res) => {
    res.send({ now: await clock.now() });
  });
  app.post('/clock/advance', async (req, res) => {
    const parsed = target.safeParse(req.body);
    if (!parsed.success) throw new AdvanceRefused(400, 'Say {"by": a duration} or {"to": an instant}.');
    const { data } = parsed;
    res.send({
      now: await clock.advance((now) => ('by' in data ? shift(now, data.by) : parseInstant(data.to))),
    });
  });
  app.use(answerError);
  return startLoopbackServer(app);
}

function shift(now: Instant, by: string): Instant | undefined {
  const duration = parseDuration(by);
  return duration === undefined ? undefined : plus(now, duration);
}

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const status = error instanceof AdvanceRefused ? error.status : 500;
  const detail = error instanceof Error ? error.message : String(error);
  res.status(status).send({ status, detail });
};
