import { DAY } from './work';

/** How the debit of a bank account ends, and how long after it was asked for, in seconds. */
export interface DebitBehavior {
  /** A disputed one is paid first. `never`: the bank says nothing. */
  readonly outcome: 'succeeds' | 'disputes' | 'never' | 'fails';
  readonly after: number;
  readonly code: string;
}

export interface TestBank {
  readonly type: 'sepa_debit' | 'us_bank_account';
  /** The IBAN, or the number of an account at the routing number 110000000. */
  readonly number: string;
  /** The name that stands for a payment method of it. */
  readonly token: string;
  readonly behavior: DebitBehavior;
}

/** How long an ordinary debit takes at Stripe: an ACH debit up to four business days, a SEPA debit five. */
const ACH_SECONDS = 4 * DAY;
const SEPA_SECONDS = 5 * DAY;

/*
 * Stripe's test accounts (https://docs.stripe.com/testing#non-card-payments). The plain SEPA ones are decided at once there
 * too; the delayed ones and those of ACH, a few minutes there, take the days here that they take in life.
 */
const ACH: readonly (readonly [
  number: string,
  name: string,
  outcome: DebitBehavior['outcome'],
  code: string,
])[] = [
  ['000123456789', 'success', 'succeeds', ''],
  ['000111111113', 'accountClosed', 'fails', 'account_closed'],
  ['000111111116', 'noAccount', 'fails', 'no_account'],
  ['000222222227', 'insufficientFunds', 'fails', 'insufficient_funds'],
  ['000333333335', 'debitNotAuthorized', 'fails', 'debit_not_authorized'],
  ['000555555559', 'dispute', 'disputes', ''],
  ['000000000009', 'processing', 'never', ''],
];

const SEPA: readonly (readonly [
  number: string,
  name: string,
  outcome: DebitBehavior['outcome'],
  after: number,
])[] = [
  ['AT611904300234573201', 'success_at', 'succeeds', 0],
  ['AT321904300235473204', 'successDelayed_at', 'succeeds', SEPA_SECONDS],
  ['AT861904300235473202', 'failed_at', 'fails', 0],
  ['AT051904300235473205', 'failedDelayed_at', 'fails', SEPA_SECONDS],
  ['AT591904300235473203', 'disputed_at', 'disputes', 0],
  ['DE89370400440532013000', 'success_de', 'succeeds', 0],
  ['DE08370400440532013003', 'successDelayed_de', 'succeeds', SEPA_SECONDS],
  ['DE62370400440532013001', 'failed_de', 'fails', 0],
  ['DE78370400440532013004', 'failedDelayed_de', 'fails', SEPA_SECONDS],
  ['DE35370400440532013002', 'disputed_de', 'disputes', 0],
];

const TEST_BANKS: readonly TestBank[] = [
  ...ACH.map(([number, name, outcome, code]): TestBank => ({
    type: 'us_bank_account',
    number,
    token: `pm_usBankAccount_${name}`,
    behavior: { outcome, after: ACH_SECONDS, code },
  })),
  ...SEPA.map(([number, name, outcome, after]): TestBank => ({
    type: 'sepa_debit',
    number,
    token: `pm_${name}`,
    behavior: { outcome, after, code: 'generic_could_not_process' },
  })),
];

/** The test account of an IBAN or an account number, written with or without spaces; undefined for any other. */
export function findTestBank(number: string): TestBank | undefined {
  const compact = number.replace(/[\s-]/g, '').toUpperCase();
  return TEST_BANKS.find((bank) => bank.number === compact);
}

/** The test account behind one of Stripe's named payment methods. */
export function findTestBankMethod(name: string): TestBank | undefined {
  return TEST_BANKS.find(
    (bank) => bank.token === name || (name === 'pm_usBankAccount' && bank === TEST_BANKS[0]),
  );
}
