import type { Action, ActionWork, Catalog, Formula, Pack, Plan } from '../../domain/catalog/catalog';
import { credits } from '../../domain/credits';
import {
  documentOf,
  type CompleteAction,
  type CompleteCatalog,
  type CompletePlan,
} from './complete-document';
import type { Fault } from './fault';
import { createFormulaCompiler, FormulaFault } from './formulas';
import { createInputRules, faultsOfGivenSchema } from './input-rules';

/** Makes the catalog of a complete document: formulas and input rules are compiled. Undefined with faults when they cannot be. */
export function compileCatalog(complete: CompleteCatalog): {
  readonly catalog: Catalog | undefined;
  readonly faults: readonly Fault[];
} {
  const faults: Fault[] = [];
  const actions = complete.actions.flatMap((action) => {
    const { compiled, faults: own } = compileAction(action);
    faults.push(...own);
    return compiled === undefined ? [] : [compiled];
  });
  if (faults.length > 0) return { catalog: undefined, faults };
  return {
    catalog: {
      version: complete.version,
      plans: byId(complete.plans.map(planOf)),
      actions: byId(actions),
      packs: byId(complete.packs.map((pack): Pack => ({ ...pack, credits: credits(pack.credits) }))),
      policies: complete.policies,
      document: documentOf(complete),
    },
    faults,
  };
}

function planOf(plan: CompletePlan): Plan {
  return {
    ...plan,
    grants: plan.grants.map((grant) => ({
      ...grant,
      credits: credits(grant.credits),
      upTo: grant.upTo === null ? null : credits(grant.upTo),
    })),
    minimumCredits: plan.minimumCredits === null ? null : credits(plan.minimumCredits),
  };
}

function compileAction(action: CompleteAction): { compiled: Action | undefined; faults: readonly Fault[] } {
  const path = ['actions', action.id];
  const work = workOf(action);
  if ('message' in work)
    return { compiled: undefined, faults: [{ path: [...path, 'delivers'], message: work.message }] };
  const kind = { delivers: work.delivers, version: action.version };
  if (action.input !== null) {
    const faults = faultsOfGivenSchema(action.input, kind);
    if (faults.length > 0) {
      const below = faults.map((fault) => ({ ...fault, path: [...path, 'input', ...fault.path] }));
      return { compiled: undefined, faults: below };
    }
  }
  const input = createInputRules(action.input, kind);
  const compile = createFormulaCompiler(input.schema);
  const faults: Fault[] = [];
  const formula = (field: 'price' | 'quantity'): Formula | undefined => {
    try {
      return compile(action[field]);
    } catch (error) {
      if (!(error instanceof FormulaFault)) throw error;
      faults.push({ path: [...path, field], message: error.message });
      return undefined;
    }
  };
  const [price, quantity] = [formula('price'), formula('quantity')];
  if (price === undefined || quantity === undefined) return { compiled: undefined, faults };
  const { id, unit, requires, firstFree, version, deadline, silence } = action;
  const compiled = {
    ...work,
    id,
    price,
    quantity,
    unit,
    requires,
    firstFree,
    input,
    version,
    deadline,
    silence,
  };
  return { compiled, faults };
}

/** What is done and what comes of it, as one of the kinds that there are. */
function workOf({ runs, delivers }: CompleteAction): ActionWork | { readonly message: string } {
  switch (runs) {
    case 'provider':
      return delivers === 'images' || delivers === 'model' || delivers === 'output'
        ? { runs, delivers }
        : { message: 'must be one of "images", "model", "output" for what the provider runs' };
    case 'external':
      return delivers === null
        ? { runs, delivers }
        : { message: 'must be left out for external work: whoever does it delivers it' };
    case 'nothing':
      return delivers === 'license' || delivers === null
        ? { runs, delivers }
        : { message: 'must be "license" or left out where nothing runs' };
  }
}

function byId<Thing extends { readonly id: string }>(things: readonly Thing[]): ReadonlyMap<string, Thing> {
  return new Map(things.map((thing) => [thing.id, thing]));
}
