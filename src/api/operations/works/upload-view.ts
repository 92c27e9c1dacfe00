import { z } from 'zod';
import type { Upload } from '../../../store/uploads';
import { answerId } from '../../schemas';

export const uploadSchema = z
  .strictObject({ id: answerId, contentType: z.string(), width: z.int(), height: z.int(), bytes: z.int() })
  .meta({ id: 'Upload' });

/** A picture to train from. */
export function uploadView(upload: Upload): z.output<typeof uploadSchema> {
  const { id, contentType, width, height, bytes } = upload;
  return { id, contentType, width, height, bytes };
}
