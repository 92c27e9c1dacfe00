import type { Stage } from './stage';

/** Something that goes wrong, to be practised on. */
export interface Trouble {
  readonly name: string;
  /** The heading of its row in docs/runbook.md. */
  readonly row: string;
  /** What happened, as somebody would tell it. */
  readonly story: string;
  /** Every spend meets it as long as it is there: it is made only when it is named, and put right before the next one. */
  readonly meetsEverySpend?: true;
  /** Makes it happen, for real; resolves when it can be seen. */
  make(stage: Stage): Promise<Scene>;
}

/** A trouble that is there. */
export interface Scene {
  /** The ids that the runbook leaves open (`spd_…`, `sub_…`): one of each kind. */
  readonly ids: readonly string[];
  /** The workflow to look at; null where there is none. */
  readonly workflowId: string | null;
  /** The command that puts right what broke, where that is none of Scrip's own parts; as its own people would. */
  readonly repair?: string;
  /** Whether it is over. */
  isMended(): Promise<boolean>;
}
