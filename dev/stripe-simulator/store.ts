import type Stripe from 'stripe';
import { openJournal } from './journal';
import { resourceMissing } from './stripe-error';

/** Every kind of record: Stripe's objects under the name of their `object`, then the simulator's own bookkeeping. */
export interface Kinds {
  customer: Stripe.Customer;
  /** What is left of a customer that was deleted. */
  deleted_customer: Stripe.DeletedCustomer;
  product: Stripe.Product;
  price: Stripe.Price;
  'checkout.session': Stripe.Checkout.Session;
  subscription: Stripe.Subscription;
  payment_link: Stripe.PaymentLink;
  invoice: Stripe.Invoice;
  invoiceitem: Stripe.InvoiceItem;
  customer_balance_transaction: Stripe.CustomerBalanceTransaction;
  invoice_payment: Stripe.InvoicePayment;
  payment_intent: Stripe.PaymentIntent;
  payment_method: Stripe.PaymentMethod;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  credit_note: Stripe.CreditNote;
  coupon: Stripe.Coupon;
  discount: Stripe.Discount;
  dispute: Stripe.Dispute;
  event: Stripe.EventBase;
  webhook_endpoint: KeptEndpoint;
  'billing_portal.session': Stripe.BillingPortal.Session;
  checkout_terms: CheckoutTerms;
  payment_link_items: PaymentLinkItems;
  authenticated_method: { readonly id: string };
  detached_method: { readonly id: string };
  held_invoice: HeldInvoice;
  delivery: Delivery;
  due: Due;
  stored_response: StoredResponse;
  faults: Faults;
}
export type Kind = keyof Kinds;

/** What a Checkout session will make when it is paid: never shown, because Stripe does not show it either. */
export interface CheckoutTerms {
  readonly id: string;
  readonly items: readonly { readonly price: string; readonly quantity: number }[];
  readonly metadata: Stripe.Metadata;
  readonly setupFutureUsage: 'off_session' | 'on_session' | null;
  /** How long a subscription is on trial, in days from its payment; or until when, in seconds; both null for no trial. */
  readonly trialDays: number | null;
  readonly trialEnd: number | null;
  /** What the subscription is given; a single payment is lowered when the session is opened. */
  readonly coupons: readonly string[];
  readonly whenTrialEndsUnpaid: 'cancel' | 'create_invoice' | 'pause';
}

/** An invoice made while the collection of its subscription was paused, and what is to become of it. */
export interface HeldInvoice {
  readonly id: string;
  readonly behavior: 'keep_as_draft' | 'mark_uncollectible' | 'void';
}

/** What a payment link sells. */
export interface PaymentLinkItems {
  readonly id: string;
  readonly items: CheckoutTerms['items'];
}

/** Where events go. Its secret is kept here and shown once, when it is made. */
export type KeptEndpoint = Stripe.WebhookEndpoint & { readonly secret: string };

/** One copy of an event on its way to a webhook endpoint. `at` is the instant of the next attempt, in seconds. */
export interface Delivery {
  readonly id: string;
  readonly endpointId: string;
  readonly eventId: string;
  readonly at: number;
  readonly attempts: number;
}

/** Something that will happen by itself at an instant, in seconds since the epoch. */
export interface Due {
  readonly id: string;
  readonly at: number;
  readonly task: TaskName;
  readonly objectId: string;
}

/** What can come due; `tasks.ts` says what each does. */
export type TaskName =
  | 'expire_session'
  | 'expire_incomplete'
  | 'expire_pending_update'
  | 'end_period'
  | 'cancel_subscription'
  | 'resume_collection'
  | 'tell_trial_end'
  | 'finalize_invoice'
  | 'collect_invoice'
  | 'mark_overdue'
  | 'settle_debit'
  | 'fail_refund'
  | 'succeed_refund';

/** The first answer to an idempotency key, which every repeat gets again. */
export interface StoredResponse {
  readonly id: string;
  readonly fingerprint: string;
  readonly requestId: string;
  readonly at: number;
  readonly status: number;
  readonly body: unknown;
}

/** How webhooks go wrong; see `faults.ts`. */
export interface Faults {
  readonly id: 'webhooks';
  readonly drop: boolean | number;
  readonly copies: number;
  readonly delay: number;
  readonly shuffle: boolean;
}

/** The records, as a transaction sees them. Records are never changed in place: `put` replaces one. */
export interface Tables {
  find<K extends Kind>(kind: K, id: string): Kinds[K] | undefined;
  /** Throws `resourceMissing` when there is none; `param` names the parameter that held the id. */
  get<K extends Kind>(kind: K, id: string, param?: string): Kinds[K];
  /** All of a kind, in the order of their creation. */
  list<K extends Kind>(kind: K): readonly Kinds[K][];
  put<K extends Kind>(kind: K, record: Kinds[K]): Kinds[K];
  remove(kind: Kind, id: string): void;
}

export interface Store {
  readonly tables: Tables;
  /** Runs a change as a whole or, when it throws, not at all; it is durable when this returns. Not reentrant. */
  transact<T>(change: () => T): T;
  close(): void;
}

type Row = readonly [kind: Kind, id: string, record: Kinds[Kind] | null];

/** Opens the records of a state file; `null` keeps them in memory only. */
export function openStore(stateFile: string | null): Store {
  const records = new Map<Kind, Map<string, Kinds[Kind]>>();
  const apply = ([kind, id, record]: Row): void => {
    const table = tableOf(records, kind);
    if (record === null) table.delete(id);
    else table.set(id, record);
  };
  const journal = openJournal(stateFile, (entries) => {
    for (const rows of entries as readonly Row[][]) rows.forEach(apply);
    return [...records].flatMap(([kind, table]) => [...table].map(([id, record]) => [kind, id, record]));
  });
  let undo: Row[] = [];
  const change = (kind: Kind, id: string, record: Kinds[Kind] | null): void => {
    undo.push([kind, id, tableOf(records, kind).get(id) ?? null]);
    apply([kind, id, record]);
  };
  return {
    tables: createTables(records, change),
    transact(work) {
      undo = [];
      try {
        const result = work();
        const rows = changedRows(records, undo);
        if (rows.length > 0) journal.append(rows);
        return result;
      } catch (error) {
        undo.toReversed().forEach(apply);
        throw error;
      }
    },
    close: () => {
      journal.close();
    },
  };
}

function createTables(
  records: Map<Kind, Map<string, Kinds[Kind]>>,
  change: (kind: Kind, id: string, record: Kinds[Kind] | null) => void,
): Tables {
  const find = <K extends Kind>(kind: K, id: string): Kinds[K] | undefined =>
    tableOf(records, kind).get(id) as Kinds[K] | undefined;
  return {
    find,
    get(kind, id, param) {
      const record = find(kind, id);
      if (record === undefined) throw resourceMissing(kind, id, param);
      return record;
    },
    list: <K extends Kind>(kind: K) => [...tableOf(records, kind).values()] as Kinds[K][],
    put(kind, record) {
      change(kind, record.id, record);
      return record;
    },
    remove(kind, id) {
      change(kind, id, null);
    },
  };
}

function changedRows(records: Map<Kind, Map<string, Kinds[Kind]>>, undo: readonly Row[]): Row[] {
  const touched = new Map(undo.map(([kind, id]) => [`${kind}/${id}`, [kind, id] as const]));
  return [...touched.values()].map(([kind, id]) => [kind, id, tableOf(records, kind).get(id) ?? null]);
}

function tableOf(records: Map<Kind, Map<string, Kinds[Kind]>>, kind: Kind): Map<string, Kinds[Kind]> {
  const table = records.get(kind) ?? new Map<string, Kinds[Kind]>();
  records.set(kind, table);
  return table;
}
