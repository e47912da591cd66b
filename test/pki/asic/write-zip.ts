import { crc32, deflateRawSync } from 'node:zlib';

/** An entry, and the lies its headers may tell; each number in place of the true one. */
export interface Written {
  name: string | Buffer;
  bytes: Uint8Array;
  deflate?: boolean;
  /** packed octets as they are, in place of what deflate makes */
  packed?: Uint8Array;
  flags?: number;
  method?: number;
  crc?: number;
  size?: number;
  localName?: string;
  localSize?: number;
  localMethod?: number;
  extra?: Uint8Array;
  localExtra?: Uint8Array;
  offset?: number;
  /** sizes behind the bytes (bit 3); `bare`: without its mark */
  descriptor?: 'marked' | 'bare';
  descriptorSize?: number;
  /** octets before the local header that belong to nobody */
  before?: Uint8Array;
  /** left out of the directory, or of the entries */
  hidden?: boolean;
  comment?: string;
}

export interface Lies { prefix?: Uint8Array; beforeDirectory?: Uint8Array; afterDirectory?: Uint8Array; suffix?: Uint8Array; comment?: Uint8Array | string; count?: number; disk?: number; directoryOffset?: number; directorySize?: number }

/** A ZIP archive by hand, honest unless told otherwise. Offsets count from the first byte, a prefix included. */
export function writeZip(entries: readonly Written[], lies: Lies = {}): Buffer {
  const parts: Buffer[] = [Buffer.from(lies.prefix ?? [])];
  const directory: Buffer[] = [];
  const at = (): number => parts.reduce((sum, { length }) => sum + length, 0);
  for (const entry of entries) {
    parts.push(Buffer.from(entry.before ?? []));
    const offset = at();
    const { local, central } = headersOf(entry, entry.offset ?? offset);
    parts.push(local);
    if (!entry.hidden) directory.push(central);
  }
  parts.push(Buffer.from(lies.beforeDirectory ?? []));
  const start = at();
  const index = Buffer.concat(directory);
  parts.push(index, Buffer.from(lies.afterDirectory ?? []));
  const comment = Buffer.from(lies.comment ?? '');
  const end = Buffer.alloc(22);
  end.write('504b0506', 0, 'hex');
  end.writeUInt16LE(lies.disk ?? 0, 4);
  end.writeUInt16LE(lies.count ?? directory.length, 8);
  end.writeUInt16LE(lies.count ?? directory.length, 10);
  end.writeUInt32LE(lies.directorySize ?? index.length, 12);
  end.writeUInt32LE(lies.directoryOffset ?? start, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, end, comment, Buffer.from(lies.suffix ?? [])]);
}

function headersOf(entry: Written, offset: number): { local: Buffer; central: Buffer } {
  const { bytes, deflate = false, descriptor } = entry;
  const packed = Buffer.from(entry.packed ?? (deflate ? deflateRawSync(bytes) : bytes));
  const name = Buffer.from(entry.name);
  const localName = Buffer.from(entry.localName ?? name);
  const method = entry.method ?? (deflate ? 8 : 0);
  const flags = entry.flags ?? (0x0800 | (descriptor ? 8 : 0));
  const [crc, size] = [entry.crc ?? crc32(bytes), entry.size ?? bytes.length];
  const fields = (where: 'local' | 'central'): Buffer => {
    const made = Buffer.alloc(26);
    const late = where === 'local' && descriptor;
    made.writeUInt16LE(20, 0);
    made.writeUInt16LE(flags, 2);
    made.writeUInt16LE(where === 'local' ? entry.localMethod ?? method : method, 4);
    made.writeUInt32LE(late ? 0 : crc, 10);
    made.writeUInt32LE(late ? 0 : packed.length, 14);
    made.writeUInt32LE(late ? 0 : where === 'local' ? entry.localSize ?? size : size, 18);
    made.writeUInt16LE(where === 'local' ? localName.length : name.length, 22);
    made.writeUInt16LE((where === 'local' ? entry.localExtra : entry.extra)?.length ?? 0, 24);
    return made;
  };
  const after = Buffer.alloc(descriptor ? 12 : 0);
  if (descriptor) {
    after.writeUInt32LE(crc, 0);
    after.writeUInt32LE(packed.length, 4);
    after.writeUInt32LE(entry.descriptorSize ?? size, 8);
  }
  const mark = Buffer.from(descriptor === 'marked' ? '504b0708' : '', 'hex');
  const local = Buffer.concat([Buffer.from('504b0304', 'hex'), fields('local'), localName, Buffer.from(entry.localExtra ?? []), packed, mark, after]);
  const comment = Buffer.from(entry.comment ?? '');
  const tail = Buffer.alloc(14);
  tail.writeUInt16LE(comment.length, 0);
  tail.writeUInt32LE(offset, 10);
  const central = Buffer.concat([Buffer.from('504b01021400', 'hex'), fields('central'), tail, name, Buffer.from(entry.extra ?? []), comment]);
  return { local, central };
}
