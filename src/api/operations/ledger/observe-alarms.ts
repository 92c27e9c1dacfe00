import type { Knex } from 'knex';
import { Gauge } from 'prom-client';
import { ALARM_KINDS } from '../../../domain/alarms';
import type { Logger } from '../../../platform/logger';
import type { Registry } from '../../../platform/metrics';
import { countAlarms } from '../../../store/alarms';

interface Parts {
  readonly db: Knex;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/**
 * How many alarms of each kind ring, asked of the database at every scrape: each process of the API tells the same. While
 * the database is away the last known figures stay, for the other measurements are wanted just then.
 */
export function observeAlarms({ db, metrics, logger }: Parts): void {
  new Gauge({
    name: 'scrip_alarms',
    help: 'Alarms that ring now, by kind; docs/runbook.md says what to do about each.',
    labelNames: ['kind'],
    registers: [metrics],
    async collect() {
      try {
        const counts = await countAlarms(db);
        for (const kind of ALARM_KINDS) {
          this.set({ kind }, counts.find((one) => one.kind === kind)?.count ?? 0);
        }
      } catch (error) {
        logger.warn({ err: error }, 'the alarms could not be counted');
      }
    },
  });
}
