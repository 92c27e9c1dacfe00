import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../domain/errors';
import { PROBLEMS } from './problems';

/** The members that a problem of each code has besides the common ones. */
export type ProblemDetails = Readonly<Partial<Record<ErrorCode, z.ZodRawShape>>>;

/**
 * The shape of each problem by its code (RFC 9457 problem details): status and code are constants, so the code tells a client
 * which further members there are. Clients must accept unknown members.
 */
export function problemSchemasOf(details: ProblemDetails): Readonly<Record<ErrorCode, z.ZodType>> {
  const schemas = ERROR_CODES.map((code) => [code, problemSchemaOf(code, details[code])]);
  return Object.fromEntries(schemas) as Readonly<Record<ErrorCode, z.ZodType>>;
}

/** Any problem, for clients that do not distinguish them. */
export const problemSchema = z
  .looseObject(membersOf(z.int(), z.enum(ERROR_CODES)))
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' });

function problemSchemaOf(code: ErrorCode, details: z.ZodRawShape = {}): z.ZodType {
  const { status, title } = PROBLEMS[code];
  return z
    .looseObject({ ...membersOf(z.literal(status), z.literal(code)), ...details })
    .meta({ id: problemNameOf(code), description: title });
}

function membersOf<Status extends z.ZodType, Code extends z.ZodType>(status: Status, code: Code) {
  return {
    type: z.string().meta({ description: 'The page that explains the problem.' }),
    title: z.string(),
    status,
    code: code.meta({ description: 'Machine-readable and stable; branch on this.' }),
    detail: z.string(),
    requestId: z.string(),
  };
}

/** `insufficient_credits` is `InsufficientCreditsProblem`. */
export function problemNameOf(code: ErrorCode): string {
  const words = code.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Problem`;
}
