import { createHmac, timingSafeEqual } from 'node:crypto';

/** A word that only we can make, which stands in the address of a job's webhook and says whose job it is. */
export interface WebhookTokens {
  /** Made with the first secret. */
  tokenOf(spendId: string): string;
  /** Made with any of the secrets; undefined for what none of them made. Compared in constant time. */
  spendIdOf(token: string): string | undefined;
}

/** Whoever signs nothing (a bare Cog) proves by the address that it was us who told it where to report. */
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
