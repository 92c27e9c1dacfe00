import type { JobErrorCode } from '../../../src/jobs/jobs';

/** Why a job fails, or is not taken at all: what the customer's spend will say. */
export class JobFailure extends Error {
  constructor(
    readonly code: JobErrorCode,
    message: string,
  ) {
    super(message);
    this.name = 'JobFailure';
  }
}
