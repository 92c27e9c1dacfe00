import { crc32, gzipSync } from 'node:zlib';

/** A ZIP archive with one file that is stored as it is. */
export function zipOf(path: string, content: Buffer): Buffer {
  const name = Buffer.from(path);
  const sizes = [content.length, content.length];
  const checksum = crc32(content);
  const local = Buffer.concat([
    header(0x04034b50, [20, 0, 0, 0, 0], [checksum, ...sizes], [name.length, 0]),
    name,
    content,
  ]);
  const entry = Buffer.concat([
    header(0x02014b50, [20, 20, 0, 0, 0, 0], [checksum, ...sizes], [name.length, 0, 0, 0, 0], [0, 0]),
    name,
  ]);
  const end = header(0x06054b50, [0, 0, 1, 1], [entry.length, local.length], [0]);
  return Buffer.concat([local, entry, end]);
}

/** A gzipped tar archive with one executable file. */
export function tarGzOf(path: string, content: Buffer): Buffer {
  const head = Buffer.alloc(512);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  head.write(path, 0);
  head.write(octal(0o755, 7), 100);
  head.write(octal(0, 7), 108);
  head.write(octal(0, 7), 116);
  head.write(octal(content.length, 11), 124);
  head.write(octal(0, 11), 136);
  head.write('        0', 148);
  head.write('ustar\x0000', 257);
  head.write(
    octal(
      head.reduce((sum, byte) => sum + byte, 0),
      6,
    ),
    148,
  );
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return gzipSync(Buffer.concat([head, content, padding, Buffer.alloc(1024)]));
}

/** A signature, then 16-bit and 32-bit numbers in turn. */
function header(signature: number, ...groups: readonly (readonly number[])[]): Buffer {
  const parts = groups.flatMap((numbers, index) =>
    numbers.map((value) => number(value, index % 2 === 0 ? 2 : 4)),
  );
  return Buffer.concat([number(signature, 4), ...parts]);
}

function number(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}
