import { createServer, STATUS_CODES, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { DomainError } from '../../domain/errors';
import { newId } from '../../platform/ids';
import { problemOf } from './problems';

/** A client that takes longer to send its headers, or its whole request, is stalled and costs a connection. */
const HEADERS_MS_MAX = 10_000;
const REQUEST_MS_MAX = 120_000;
const CHECK_INTERVAL_MS = 1_000;
/** Longer than the usual load balancer keeps a connection open, so that it is the one to close it. */
const KEEP_ALIVE_MS = 65_000;

/** An HTTP server that gives up on stalled clients, and answers what is not HTTP with a problem like any other. */
export function createHttpServer(app: RequestListener, publicUrl: string): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Refused by the application, with a problem like any other.
      requireHostHeader: false,
    },
    app,
  );
  // An expectation that nobody knows is none to be met; a tunnel is never opened.
  server.on('checkExpectation', app);
  server.on('connect', (_req, socket: Socket) => refuse(new Error('CONNECT'), socket, publicUrl));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    refuse(error, socket, publicUrl),
  );
  return server;
}

function refuse(error: NodeJS.ErrnoException, socket: Socket, publicUrl: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const requestId = newId('req');
  const refusal = new DomainError('invalid_request', messageOf(error.code));
  const { problem } = problemOf(refusal, requestId, publicUrl);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function messageOf(code: string | undefined): string {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not arrive in time.';
  if (code === 'HPE_HEADER_OVERFLOW') return 'The headers are too large.';
  return 'This is not a well-formed HTTP request.';
}
