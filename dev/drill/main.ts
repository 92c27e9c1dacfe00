import { findStage, type Stage } from './stage';
import type { Trouble } from './trouble';
import { TROUBLES } from './troubles';

const USAGE = `npm run drill            make one of each trouble on the running stack, but those that every spend meets
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
    const isWanted = ({ name, meetsEverySpend }: Trouble) =>
      args.length === 0 ? meetsEverySpend !== true : args.includes(name);
    for (const trouble of TROUBLES.filter(isWanted)) await show(stage, trouble);
    if (args.length === 0)
      console.log(`Afterwards, one at a time, for every spend meets them:\n${alone()}\n`);
    console.log(`Mend them by ${stage.dev.apiUrl}/docs/operators and nothing else.`);
    return 0;
  } finally {
    await stage.close();
  }
}

function alone(): string {
  const troubles = TROUBLES.filter(({ meetsEverySpend }) => meetsEverySpend === true);
  return troubles.map(({ name, story }) => `  npm run drill ${name.padEnd(16)} ${story}`).join('\n');
}

async function show(stage: Stage, trouble: Trouble): Promise<void> {
  const { ids, workflowId, repair } = await trouble.make(stage);
  const anchor = trouble.row.toLowerCase().replaceAll(' ', '-');
  console.log(`${trouble.name}: ${trouble.story}`);
  console.log(`  of        ${ids.join(', ')}`);
  if (workflowId !== null) console.log(`  workflow  ${stage.ui.workflow(workflowId)}`);
  console.log(`  runbook   ${trouble.row}: ${stage.dev.apiUrl}/docs/operators#${anchor}`);
  if (repair !== undefined) console.log(`  repair    ${repair}`);
  console.log('');
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
