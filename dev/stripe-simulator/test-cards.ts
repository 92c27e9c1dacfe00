/** How a card behaves when it is attached or charged. */
export type CardBehavior =
  | { readonly kind: 'pays' }
  /** An inquiry asks before a dispute is made of it: no money moves yet. */
  | {
      readonly kind: 'pays_then_disputes';
      readonly reason: 'fraudulent' | 'product_not_received';
      readonly isInquiry: boolean;
    }
  | { readonly kind: 'pays_but_refund_waits' }
  | { readonly kind: 'pays_but_refund_fails' }
  /** `remembers`: once authenticated, the saved card is charged off session without asking again. */
  | { readonly kind: 'asks_for_authentication'; readonly remembers: boolean }
  | {
      readonly kind: 'declines';
      readonly code: string;
      readonly declineCode: string;
      readonly attaches: boolean;
    };

export interface TestCard {
  readonly number: string;
  readonly brand: string;
  readonly behavior: CardBehavior;
}

const PAYS: CardBehavior = { kind: 'pays' };
const ASKS_ONCE: CardBehavior = { kind: 'asks_for_authentication', remembers: true };
const ASKS_ALWAYS: CardBehavior = { kind: 'asks_for_authentication', remembers: false };

function declines(declineCode: string, code = 'card_declined', attaches = false): CardBehavior {
  return { kind: 'declines', code, declineCode, attaches };
}

function disputes(
  reason: 'fraudulent' | 'product_not_received',
  { isInquiry } = { isInquiry: false },
): CardBehavior {
  return { kind: 'pays_then_disputes', reason, isInquiry };
}

/** Stripe's test cards (https://docs.stripe.com/testing), as far as the simulator plays them. */
const TEST_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', brand: 'visa', behavior: PAYS },
  { number: '4000056655665556', brand: 'visa', behavior: PAYS },
  { number: '4000000000000077', brand: 'visa', behavior: PAYS },
  { number: '5555555555554444', brand: 'mastercard', behavior: PAYS },
  { number: '378282246310005', brand: 'amex', behavior: PAYS },
  { number: '371449635398431', brand: 'amex', behavior: PAYS },
  { number: '6011111111111117', brand: 'discover', behavior: PAYS },
  { number: '3056930009020004', brand: 'diners', behavior: PAYS },
  { number: '3566002020360505', brand: 'jcb', behavior: PAYS },
  { number: '6200000000000005', brand: 'unionpay', behavior: PAYS },
  { number: '4000000000000002', brand: 'visa', behavior: declines('generic_decline') },
  { number: '4000000000009995', brand: 'visa', behavior: declines('insufficient_funds') },
  { number: '4000000000009987', brand: 'visa', behavior: declines('lost_card') },
  { number: '4000000000009979', brand: 'visa', behavior: declines('stolen_card') },
  { number: '4000000000000069', brand: 'visa', behavior: declines('expired_card', 'expired_card') },
  { number: '4000000000000127', brand: 'visa', behavior: declines('incorrect_cvc', 'incorrect_cvc') },
  { number: '4000000000000119', brand: 'visa', behavior: declines('processing_error', 'processing_error') },
  { number: '4000000000006975', brand: 'visa', behavior: declines('card_velocity_exceeded') },
  { number: '4000000000000341', brand: 'visa', behavior: declines('generic_decline', 'card_declined', true) },
  { number: '4000002500003155', brand: 'visa', behavior: ASKS_ONCE },
  { number: '4000002760003184', brand: 'visa', behavior: ASKS_ALWAYS },
  { number: '4000000000003220', brand: 'visa', behavior: ASKS_ALWAYS },
  { number: '4000000000000259', brand: 'visa', behavior: disputes('fraudulent') },
  { number: '4000000000002685', brand: 'visa', behavior: disputes('product_not_received') },
  { number: '4000000000001976', brand: 'visa', behavior: disputes('fraudulent', { isInquiry: true }) },
  { number: '4000000000005126', brand: 'visa', behavior: { kind: 'pays_but_refund_fails' } },
  { number: '4000000000007726', brand: 'visa', behavior: { kind: 'pays_but_refund_waits' } },
];

/** Payment methods that may be named instead of a card; each use makes a new payment method of that card. */
const TEST_PAYMENT_METHODS: Readonly<Record<string, string>> = {
  pm_card_visa: '4242424242424242',
  pm_card_visa_debit: '4000056655665556',
  pm_card_bypassPending: '4000000000000077',
  pm_card_mastercard: '5555555555554444',
  pm_card_amex: '378282246310005',
  pm_card_discover: '6011111111111117',
  pm_card_diners: '3056930009020004',
  pm_card_jcb: '3566002020360505',
  pm_card_unionpay: '6200000000000005',
  pm_card_chargeDeclined: '4000000000000002',
  pm_card_visa_chargeDeclined: '4000000000000002',
  pm_card_chargeDeclinedInsufficientFunds: '4000000000009995',
  pm_card_visa_chargeDeclinedInsufficientFunds: '4000000000009995',
  pm_card_visa_chargeDeclinedLostCard: '4000000000009987',
  pm_card_visa_chargeDeclinedStolenCard: '4000000000009979',
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: '4000000000006975',
  pm_card_chargeDeclinedIncorrectCvc: '4000000000000127',
  pm_card_chargeDeclinedExpiredCard: '4000000000000069',
  pm_card_chargeDeclinedProcessingError: '4000000000000119',
  pm_card_chargeCustomerFail: '4000000000000341',
  pm_card_authenticationRequiredOnSetup: '4000002500003155',
  pm_card_authenticationRequired: '4000002760003184',
  pm_card_threeDSecure2Required: '4000000000003220',
  pm_card_createDispute: '4000000000000259',
  pm_card_createDisputeProductNotReceived: '4000000000002685',
  pm_card_createDisputeInquiry: '4000000000001976',
  pm_card_pendingRefund: '4000000000007726',
  pm_card_refundFail: '4000000000005126',
};

/** The test card of a number, written with or without spaces; undefined for any other number. */
export function findTestCard(number: string): TestCard | undefined {
  const digits = number.replace(/[\s-]/g, '');
  return TEST_CARDS.find((card) => card.number === digits);
}

/** The test card behind one of Stripe's named payment methods. */
export function findTestPaymentMethod(name: string): TestCard | undefined {
  const number = Object.hasOwn(TEST_PAYMENT_METHODS, name) ? TEST_PAYMENT_METHODS[name] : undefined;
  return number === undefined ? undefined : findTestCard(number);
}
