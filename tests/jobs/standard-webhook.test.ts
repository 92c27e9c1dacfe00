import { Webhook } from 'standardwebhooks';
import { instantOf } from '../../src/domain/instants';
import { parseWebhookSecrets, verifyStandardWebhook } from '../../src/jobs/standard-webhook';

const OLD = `whsec_${Buffer.from('the secret before it').toString('base64')}`;
const CURRENT = `whsec_${Buffer.from('the secret of today!').toString('base64')}`;
const SIGNED_AT = Date.UTC(2026, 0, 31, 12);
const BODY = Buffer.from('{"id":"spd_1"}');

/** The headers under which somebody sends the body. */
function headersBy(secret: string, body = BODY): Record<string, string> {
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(SIGNED_AT / 1000),
    'webhook-signature': new Webhook(secret).sign('msg_1', new Date(SIGNED_AT), body.toString()),
  };
}

describe('a standard webhook', () => {
  const verify = (headers: Record<string, string | undefined>, rawBody = BODY, atMs = SIGNED_AT) =>
    verifyStandardWebhook({
      secrets: parseWebhookSecrets(`${CURRENT}, ${OLD}`),
      rawBody,
      headers,
      now: instantOf(atMs),
    });

  it('is believed when any of the secrets signed it, whatever other signatures stand beside', () => {
    expect(verify(headersBy(CURRENT))).toBe('msg_1');
    const old = headersBy(OLD);
    expect(verify({ ...old, 'webhook-signature': `v1a,xyz v1,AAAA ${old['webhook-signature'] ?? ''}` })).toBe(
      'msg_1',
    );
  });

  it('is believed for five minutes either way and not longer', () => {
    const fiveMinutes = 300_000;
    for (const late of [-fiveMinutes, fiveMinutes])
      expect(verify(headersBy(CURRENT), BODY, SIGNED_AT + late)).toBe('msg_1');
    for (const late of [-fiveMinutes - 1000, fiveMinutes + 1000]) {
      expect(() => verify(headersBy(CURRENT), BODY, SIGNED_AT + late)).toThrow('five minutes');
    }
  });

  it.each([
    ['another secret', headersBy(`whsec_${Buffer.from('a stranger, by chance').toString('base64')}`)],
    ['another id', { ...headersBy(CURRENT), 'webhook-id': 'msg_2' }],
    ['another time', { ...headersBy(CURRENT), 'webhook-timestamp': String(SIGNED_AT / 1000 + 1) }],
    ['another body', headersBy(CURRENT, Buffer.from('{"id":"spd_2"}'))],
    ['no signature', { ...headersBy(CURRENT), 'webhook-signature': undefined }],
    ['an empty signature', { ...headersBy(CURRENT), 'webhook-signature': 'v1,' }],
    ['a time that is none', { ...headersBy(CURRENT), 'webhook-timestamp': '1e9' }],
  ])('is refused with %s', (_what, headers) => {
    expect(() => verify(headers)).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error);
  });

  it('is refused when its bytes are no text, which would be signed as other bytes', () => {
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    expect(() => verify(headersBy(CURRENT, body), body)).toThrow('UTF-8');
  });

  it('needs secrets that are some', () => {
    for (const list of ['', 'secret', 'whsec_', `${CURRENT},`, 'whsec_short']) {
      expect(() => parseWebhookSecrets(list)).toThrow('whsec_');
    }
  });
});
