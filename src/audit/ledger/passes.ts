import type { Pass } from './check';
import { COMMAND_CHECKS } from './command-checks';
import { GRANT_CHECKS, PAYMENT_CHECKS } from './grant-checks';
import { HOLD_CHECKS, HOLD_JOURNAL_CHECKS } from './hold-checks';
import { JOURNAL_CHECKS } from './journal-checks';
import { LICENSE_CHECKS, MONEY_CHECKS, ORDER_CHECKS, SPEND_CHECKS, SPEND_HOLD_CHECKS } from './store-checks';
import { LOT_CHECKS, WALLET_CHECKS } from './wallet-checks';

export const HOLDS_TABLE = 'ledger.holds';

/** Everything that the audit checks. The checks by wallet come first: they are the proof that the others refer to. */
export const PASSES: readonly Pass[] = [
  {
    table: 'ledger.wallets',
    key: 'id',
    owner: 'id',
    weight: 'seq + 1',
    checks: [...WALLET_CHECKS, ...JOURNAL_CHECKS, ...LOT_CHECKS, ...HOLD_JOURNAL_CHECKS, ...GRANT_CHECKS],
  },
  {
    table: HOLDS_TABLE,
    key: 'id',
    owner: 'wallet_id',
    weight: '1',
    checks: [...HOLD_CHECKS, ...SPEND_HOLD_CHECKS],
  },
  { table: 'ledger.commands', key: 'key', owner: 'wallet_id', weight: '1', checks: COMMAND_CHECKS },
  { table: 'ledger.payments', key: 'id', owner: 'wallet_id', weight: '1', checks: PAYMENT_CHECKS },
  { table: 'app.spends', key: 'id', owner: 'customer_id', weight: '1', checks: SPEND_CHECKS },
  { table: 'app.add_on_orders', key: 'id', owner: 'customer_id', weight: '1', checks: ORDER_CHECKS },
  { table: 'app.payments', key: 'id', owner: 'customer_id', weight: '1', checks: MONEY_CHECKS },
  { table: 'app.licenses', key: 'id', owner: 'customer_id', weight: '1', checks: LICENSE_CHECKS },
];
