import { DomainError } from '../../domain/errors';

/** What the work answers, if it does within `ms`; else throws `unavailable` with the message. The work itself goes on. */
export async function within<Answer>(ms: number, work: Promise<Answer>, message: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DomainError('unavailable', message)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
