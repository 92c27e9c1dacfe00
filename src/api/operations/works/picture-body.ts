import busboy from 'busboy';
import type { Request } from 'express';
import { z } from 'zod';
import { DomainError } from '../../../domain/errors';
import { possibleId } from '../../../domain/possible-id';
import { UPLOAD_BYTES_MAX, UPLOAD_RULES } from '../../../media/picture-limits';
import type { ApiDeps } from '../../deps';
import { tooLarge } from '../../http/bodies/read-bytes';
import type { BodyFormat, Sender } from '../../http/operation';
import { enterWithUpload } from './upload-door';

export interface PictureForm {
  readonly customerId: string;
  readonly file: Buffer;
  /** Aborted when whoever sent it does not wait for the answer any more. */
  readonly gone: AbortSignal;
}

/** What the form's lines around the file may add. */
const FORM_BYTES_MAX = 16 * 1024;

/** A client that sends nothing for so long is gone; a slow one that keeps sending has the server's request timeout. */
const SILENCE_MS_MAX = 10_000;

/** A form (`multipart/form-data`) with exactly the parts `customerId` and `file`, in any order. */
export const pictureBody: BodyFormat<PictureForm, ApiDeps> = {
  contentType: 'multipart/form-data',
  schema: z.strictObject({
    customerId: z.string(),
    file: z.string().meta({ format: 'binary', description: UPLOAD_RULES }),
  }),
  required: true,
  read: readInTurn,
};

/** What is refused by its announced size waits for nothing; all else is read when there is room for it. */
async function readInTurn(req: Request, by: Sender<ApiDeps>): Promise<PictureForm> {
  if (Number(req.headers['content-length'] ?? 0) > UPLOAD_BYTES_MAX + FORM_BYTES_MAX)
    throw tooLarge(UPLOAD_BYTES_MAX);
  const gone = await enterWithUpload(req, by);
  return { ...(await readForm(req)), gone };
}

function readForm(req: Request): Promise<Omit<PictureForm, 'gone'>> {
  return new Promise((resolve, reject) => {
    const form = openForm(req);
    let customerId: string | undefined;
    let file: Buffer | undefined;
    let done = false;

    const refuse = (error: DomainError): void => {
      if (done) return;
      end();
      reject(error);
    };
    const end = (): void => {
      done = true;
      clearTimeout(silence);
      req.unpipe(form);
      req.off('data', onData).off('close', onBroken).off('error', onBroken);
      // Whatever the parser still says about a form that was given up is of no interest.
      form.removeAllListeners().on('error', () => undefined);
    };
    const onBroken = (): void => {
      if (!req.complete) refuse(malformed('The form broke off.'));
    };
    const silence = setTimeout(() => {
      refuse(malformed('The form did not arrive in time.'));
    }, SILENCE_MS_MAX);
    let bytes = 0;
    const onData = (chunk: Buffer): void => {
      silence.refresh();
      bytes += chunk.length;
      if (bytes > UPLOAD_BYTES_MAX + FORM_BYTES_MAX) refuse(tooLarge(UPLOAD_BYTES_MAX));
    };

    form.on('field', (name, value, info) => {
      if (name !== 'customerId' || customerId !== undefined)
        refuse(malformed(`Unexpected field ${quote(name)}.`));
      else if (info.valueTruncated) refuse(malformed('The field customerId is too long.'));
      else customerId = possibleId(value);
    });
    form.on('file', (name, stream) => {
      if (name !== 'file' || file !== undefined) refuse(malformed(`Unexpected file ${quote(name)}.`));
      const chunks: Buffer[] = [];
      file = Buffer.alloc(0);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => {
        refuse(tooLarge(UPLOAD_BYTES_MAX));
      });
      stream.on('error', onBroken);
      stream.on('end', () => {
        file = Buffer.concat(chunks);
      });
    });
    form.on('partsLimit', () => {
      refuse(malformed('The form has too many parts.'));
    });
    form.on('error', () => {
      refuse(malformed('The form is not valid multipart/form-data.'));
    });
    form.on('close', () => {
      if (done) return;
      end();
      if (customerId === undefined) reject(malformed('The field customerId is missing.'));
      else if (file === undefined) reject(malformed('The file is missing.'));
      else resolve({ customerId, file });
    });
    req.on('data', onData).once('close', onBroken).once('error', onBroken);
    req.pipe(form);
  });
}

function openForm(req: Request): busboy.Busboy {
  const limits = {
    fileSize: UPLOAD_BYTES_MAX,
    parts: 4,
    fieldSize: 1_000,
    fieldNameSize: 100,
    headerPairs: 20,
  };
  try {
    return busboy({ headers: req.headers, limits });
  } catch {
    throw malformed('The Content-Type must be multipart/form-data with a boundary.');
  }
}

function malformed(message: string): DomainError {
  return new DomainError('invalid_request', message);
}

/** A name out of a form, fit to be shown. */
function quote(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 50));
}
