import { DomainError } from '../../domain/errors';
import { createDatabase } from '../../platform/database';
import { createLogger } from '../../platform/logger';
import { inWords } from './in-words';

const logger = createLogger({ name: 'test', level: 'silent' });
const failing = (error: unknown) =>
  inWords(logger, { work: () => Promise.reject<string>(error as Error) }).work();

describe('the failure of an activity', () => {
  it('says that it was the database, and not a bare code', async () => {
    const db = createDatabase('postgres://nobody@127.0.0.1:9/none');
    const activities = inWords(logger, { work: async () => db('app.spends').where({ id: 'a secret' }) });
    const failure = await activities.work().catch((error: unknown) => error as Error);
    await db.destroy();
    expect(failure).toMatchObject({
      type: 'unavailable',
      message: 'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:9.',
    });
  });

  it('keeps the words of a port, and a bug as it is', async () => {
    const away = new DomainError('unavailable', 'Stripe: no answer.');
    await expect(failing(away)).rejects.toMatchObject({ type: 'unavailable', message: 'Stripe: no answer.' });
    const bug = new TypeError('x is not a function');
    await expect(failing(bug)).rejects.toBe(bug);
  });
});
