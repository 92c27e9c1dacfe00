import { z } from 'zod';
import { storableJson } from '../../../platform/storable-json';

/**
 * Any JSON that is kept as it came: at most so many KiB in UTF-8, written without spaces. Characters that the database keeps in no text
 * stand as U+FFFD in it.
 */
export function keptJson(kibMax: number) {
  return z
    .unknown()
    .refine((value) => value === undefined || Buffer.byteLength(JSON.stringify(value)) <= kibMax * 1024, {
      message: `must be at most ${String(kibMax)} KiB as JSON`,
    })
    .transform((value) => storableJson(value));
}
