import { isReadableLine } from '../../domain/readable-line';
import type { Fault, Path } from './fault';

const DEPTH_MAX = 32;

/** What neither JSON nor Postgres can carry in a document: faults of texts, names and numbers, wherever they are. */
export function faultsOfPlainData(value: unknown, path: Path = []): Fault[] {
  if (path.length > DEPTH_MAX) return [{ path, message: `must not be nested more than ${DEPTH_MAX} times` }];
  if (typeof value === 'string')
    return isStorable(value)
      ? []
      : [{ path, message: 'must not contain control characters or broken Unicode' }];
  if (typeof value === 'number')
    return Number.isFinite(value) ? [] : [{ path, message: 'must be a finite number' }];
  if (typeof value === 'boolean' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, at) => faultsOfPlainData(item, [...path, at]));
  if (!isPlainObject(value)) return [{ path, message: 'must be plain data' }];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '__proto__' || !isReadableLine(key)
      ? [{ path, message: `must not have a member that is named ${JSON.stringify(key)}` }]
      : faultsOfPlainData(member, [...path, key]),
  );
}

/** Lines and tabs may stand in descriptions and expressions. */
function isStorable(text: string): boolean {
  return isReadableLine(text.replace(/[\n\r\t]/g, ' '));
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
