import { setTimeout as delay } from 'node:timers/promises';

const ATTEMPTS_MAX = 12;
const BACK_OFF_MS = 100;
const RETRIED = [429, 500, 502, 503, 504];

/** Posts a report until it is taken, as Cog and Replicate do: again after these statuses and after no answer, for a while. */
export async function deliverWebhook(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const status = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal,
    }).then(
      (response) => response.status,
      () => 503,
    );
    if (!RETRIED.includes(status) || signal.aborted) return;
    await delay(BACK_OFF_MS * 2 ** Math.min(attempt, 10), undefined, { signal }).catch(() => undefined);
  }
}
