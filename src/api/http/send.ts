import type { Request, Response } from 'express';
import type { Reply } from './operation';

/** How long, and for how many bytes, what a refused client still sends is read and thrown away. */
const LINGER_MS_MAX = 2_000;
const LINGER_BYTES_MAX = 64 * 1024 * 1024;

/** Writes a reply. */
export async function sendReply(res: Response, reply: Reply): Promise<void> {
  if ('stream' in reply) {
    await reply.stream(res);
    return;
  }
  if ('headers' in reply) res.set(reply.headers);
  res.status(reply.status);
  if ('body' in reply) res.type('application/json').send(JSON.stringify(reply.body));
  else if ('bytes' in reply) res.type(reply.contentType).send(reply.bytes);
  else res.end();
}

/**
 * Writes an answer to a request whose body may not have been read. The whole answer goes out at once; then what the client
 * still sends is thrown away for a while before the connection is closed, because closing it at once would reset it and
 * the client might lose the answer.
 */
export async function sendEarly(
  req: Request,
  res: Response,
  answer: { readonly status: number; readonly contentType: string; readonly text: string },
): Promise<void> {
  const bytes = Buffer.from(answer.text);
  res.status(answer.status).type(answer.contentType).set('Content-Length', String(bytes.length));
  if (req.complete) {
    res.end(bytes);
    return;
  }
  res.set('Connection', 'close');
  if (req.method === 'HEAD') res.flushHeaders();
  else res.write(bytes);
  await drain(req);
  res.end();
}

function drain(req: Request): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, LINGER_MS_MAX);
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LINGER_BYTES_MAX) done();
    });
    req.once('end', done).once('error', done).once('close', done);
    req.resume();
  });
}
