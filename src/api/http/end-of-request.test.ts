import { getEventListeners } from 'node:events';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { endOfRequest } from './end-of-request';

const response = () => new ServerResponse(new IncomingMessage(new Socket()));

describe('the end of a request', () => {
  it('comes when the client is gone, and leaves nothing with the signal that outlives it', () => {
    const closing = new AbortController();
    const res = response();
    const over = endOfRequest(res, closing.signal);
    expect(over.aborted).toBe(false);
    res.emit('close');
    expect(over.aborted).toBe(true);
    expect(getEventListeners(closing.signal, 'abort')).toEqual([]);
  });

  it('comes when the process ends, now or before the request came', () => {
    const closing = new AbortController();
    const over = endOfRequest(response(), closing.signal);
    closing.abort();
    expect(over.aborted).toBe(true);
    expect(endOfRequest(response(), closing.signal).aborted).toBe(true);
  });
});
