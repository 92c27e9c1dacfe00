import type { Interval } from '../../domain/catalog/catalog';
import { DomainError } from '../../domain/errors';
import { planTermsOf, type PlanTerms } from '../../domain/subscriptions/plan-terms';
import { getCatalog } from '../../store/catalogs';
import type { ActivityDeps } from '../deps';

/** What a catalog version says that the machine has to know; null when there is no such version. */
export async function findPlanTerms(
  deps: ActivityDeps,
  {
    catalogVersion,
    interval,
    currency = null,
  }: { readonly catalogVersion: string; readonly interval: Interval; readonly currency?: string | null },
): Promise<{ readonly terms: readonly PlanTerms[]; readonly graceMs: number } | null> {
  try {
    const catalog = await getCatalog(deps.db, catalogVersion);
    return {
      terms: planTermsOf(catalog, interval, currency),
      graceMs: catalog.policies.graceHours * 3_600_000,
    };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not_found') return null;
    throw error;
  }
}
