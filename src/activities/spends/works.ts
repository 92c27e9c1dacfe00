import { kindOf, type Kind, type OfAKind } from '../../domain/actions/kind';
import { EXTERNAL_WORK } from './external-work';
import { IMAGES_WORK } from './images-work';
import { LICENSE_WORK } from './license-work';
import { MODEL_WORK } from './model-work';
import { OUTPUT_WORK } from './output-work';
import { PAYMENT_ONLY } from './payment-only';
import type { ExternalWork, ProviderWork, WorkAtOnce, WorkOf } from './work';

/** The work of every kind of action there is. `domain/actions/definitions.ts` has the other half of each. */
export const WORKS = {
  'provider/images': IMAGES_WORK,
  'provider/model': MODEL_WORK,
  'provider/output': OUTPUT_WORK,
  external: EXTERNAL_WORK,
  'nothing/license': LICENSE_WORK,
  nothing: PAYMENT_ONLY,
} satisfies { readonly [Of in Kind]: WorkOf<Of> };

/** The work of a spend that the provider runs; undefined for what nobody runs or the integrator does. */
export function findProviderWork(spend: OfAKind): ProviderWork | undefined {
  const work = workOf(spend);
  return 'jobKind' in work ? work : undefined;
}

/** The work of a spend that the provider runs. Throws for any other: nobody comes here with one. */
export function providerWorkOf(spend: OfAKind): ProviderWork {
  const work = findProviderWork(spend);
  if (work === undefined) throw new Error(`no provider does ${kindOf(spend)}`);
  return work;
}

/** The work of a spend that is done when it is paid. Throws for any other. */
export function workAtOnceOf(spend: OfAKind): WorkAtOnce {
  const work = workOf(spend);
  if (!('deliver' in work)) throw new Error(`${kindOf(spend)} is not done at once`);
  return work;
}

function workOf(spend: OfAKind): ProviderWork | WorkAtOnce | ExternalWork {
  return WORKS[kindOf(spend)];
}
