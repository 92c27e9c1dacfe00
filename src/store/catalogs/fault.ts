import { DomainError } from '../../domain/errors';

export type Path = readonly (string | number)[];

/** Something wrong in a catalog, and where. The message ends a sentence that begins with the path. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** `plans.free.rank must be …`, or `it must be …` for the whole document. */
export function sayWhere({ path, message }: Fault): string {
  return `${path.join('.') || 'it'} ${message}`;
}

/** The refusal that names all faults, each of them a line of `details.faults`. */
export function refusedCatalog(faults: readonly string[]): DomainError {
  return new DomainError('invalid_request', `The catalog is not valid: ${faults.join('; ')}.`, { faults });
}
