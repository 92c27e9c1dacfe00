import type { PartName } from './part';

/** What a running stack tells programs about itself, in `$SCRIP_HOME/dev.json`. Null: that part is not ours. */
export interface DevJson {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly operatorKey: string;
  /** As the application's role. */
  readonly databaseUrl: string;
  readonly databaseOwnerUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** The list of Scrip's workflows. */
  readonly temporalUiUrl: string | null;
  readonly stripeUrl: string | null;
  readonly stripeSecretKey: string;
  readonly stripeWebhookSecret: string;
  readonly studioUrl: string | null;
  readonly jobsWebhookSecret: string;
  /** Who tells the time, in the sandbox alone. */
  readonly sandboxUrl?: string;
  readonly pids: Readonly<Partial<Record<PartName | 'stack', number>>>;
}
