import type { Chore } from './chore';
import { compareWithStripe } from './compare-with-stripe';
import { deliverPaymentEvents } from './deliver-payment-events';
import { endWhatExpires } from './end-what-expires';
import { hearMissedEvents } from './hear-missed-events';
import { lookAtCredits } from './look-at-credits';
import { resumeErasures } from './resume-erasures';
import { rollUpLedger } from './roll-up-ledger';

/**
 * Everything that recurs. The worker carries it out in real time (repeat.ts), the sandbox on its own clock, in this order
 * (carry-out-due.ts).
 */
export const TIMETABLE: readonly Chore[] = [
  endWhatExpires,
  hearMissedEvents,
  compareWithStripe,
  deliverPaymentEvents,
  lookAtCredits,
  resumeErasures,
  rollUpLedger,
];
