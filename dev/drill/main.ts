import { findStage, type Stage } from './stage';
import type { Trouble } from './trouble';
import { TROUBLES } from './troubles';

const USAGE = `npm run drill            make one of each trouble on the running stack
npm run drill NAME…      only these
npm run drill -- --list  name them`;

/** `npm run drill`: makes trouble, and says where the runbook mends it. Ends with 1 when a trouble could not be made. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--list')) {
    for (const { name, story } of TROUBLES) console.log(`${name.padEnd(22)} ${story}`);
    return 0;
  }
  const unknown = args.filter((arg) => !TROUBLES.some(({ name }) => name === arg));
  if (unknown.length > 0) {
    console.error(
      `There is no trouble ${unknown.join(', ')}. One of ${TROUBLES.map(({ name }) => name).join(', ')}.`,
    );
    console.error(USAGE);
    return 2;
  }
  const home = process.env['SCRIP_HOME'];
  const stage = await findStage(home === undefined || home === '' ? '.scrip' : home);
  try {
    for (const trouble of TROUBLES) {
      if (args.length === 0 || args.includes(trouble.name)) await show(stage, trouble);
    }
    console.log(`Mend them by ${stage.dev.apiUrl}/docs/operators and nothing else.`);
    return 0;
  } finally {
    await stage.close();
  }
}

async function show(stage: Stage, trouble: Trouble): Promise<void> {
  const { ids, workflowId } = await trouble.make(stage);
  const anchor = trouble.row.toLowerCase().replaceAll(' ', '-');
  console.log(`${trouble.name}: ${trouble.story}`);
  console.log(`  of        ${ids.join(', ')}`);
  if (workflowId !== null) console.log(`  workflow  ${stage.ui.workflow(workflowId)}`);
  console.log(`  runbook   ${trouble.row}: ${stage.dev.apiUrl}/docs/operators#${anchor}\n`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
