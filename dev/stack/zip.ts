import { inflateRawSync } from 'node:zlib';

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/** One file out of a ZIP archive, by the end of its path. Throws when there is none; knows no encryption and no ZIP64. */
export function extractFromZip(archive: Buffer, pathEnd: string): Buffer {
  const end = archive.lastIndexOf(uint32(END_OF_DIRECTORY));
  if (end < 0) throw new Error('This is not a ZIP archive');
  const count = archive.readUInt16LE(end + 10);
  let offset = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(offset) !== DIRECTORY_ENTRY) throw new Error('The ZIP directory is damaged');
    const nameBytes = archive.readUInt16LE(offset + 28);
    const name = archive.toString('utf8', offset + 46, offset + 46 + nameBytes);
    if (name.endsWith(pathEnd)) return extractEntry(archive, offset);
    offset += 46 + nameBytes + archive.readUInt16LE(offset + 30) + archive.readUInt16LE(offset + 32);
  }
  throw new Error(`The ZIP archive has no ${pathEnd}`);
}

/** The local header repeats the name and may have other extra fields, so the data starts after its own lengths. */
function extractEntry(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const compressedBytes = archive.readUInt32LE(entry + 20);
  const bytes = archive.readUInt32LE(entry + 24);
  const header = archive.readUInt32LE(entry + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const data = archive.subarray(start, start + compressedBytes);
  if (method === STORED) return data;
  if (method !== DEFLATED) throw new Error(`The ZIP method ${String(method)} is unknown`);
  return inflateRawSync(data, { maxOutputLength: bytes });
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
