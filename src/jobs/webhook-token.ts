import { createHmac, timingSafeEqual } from 'node:crypto';

/** Tokens in the addresses of webhooks: each names a spend, and only we can make one. */
export interface WebhookTokens {
  /** Made with the first secret. */
  tokenOf(spendId: string): string;
  /** Made with any of the secrets; undefined for what none of them made. Compared in constant time. */
  spendIdOf(token: string): string | undefined;
}

/** Tokens by HMAC. A provider that signs nothing (a bare Cog) proves by the token that it got the address from us. */
export function createWebhookTokens(secretList: string): WebhookTokens {
  const secrets = secretList.split(',').map((secret) => secret.trim());
  const macOf = (secret: string, spendId: string): Buffer =>
    createHmac('sha256', secret).update(`scrip job webhook ${spendId}`).digest();
  return {
    tokenOf: (spendId) => `${spendId}.${macOf(secrets[0] ?? '', spendId).toString('base64url')}`,

    spendIdOf(token) {
      const [, spendId = '', mac = ''] = /^([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
      const given = Buffer.from(mac, 'base64url');
      const fits = secrets.filter((secret) => {
        const expected = macOf(secret, spendId);
        return expected.length === given.length && timingSafeEqual(expected, given);
      });
      return fits.length > 0 ? spendId : undefined;
    },
  };
}
