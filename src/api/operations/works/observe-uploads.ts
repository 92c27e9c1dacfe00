import { Gauge } from 'prom-client';
import type { Turns } from '../../../media/turns';
import type { Registry } from '../../../platform/metrics';

/** Measures how many uploads this process is handling, and how many wait with their bodies unread. */
export function observeUploads({
  metrics,
  uploadTurns,
}: {
  readonly metrics: Registry;
  readonly uploadTurns: Turns;
}): void {
  new Gauge({
    name: 'scrip_uploads',
    help: 'Uploads that are being read and prepared (at_work), and that wait for their turn (waiting).',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      const { atWork, waiting } = uploadTurns.standing();
      this.set({ state: 'at_work' }, atWork);
      this.set({ state: 'waiting' }, waiting);
    },
  });
}
