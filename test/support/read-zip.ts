import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { type Entry, fromBuffer, type ZipFile } from 'yauzl';

const open = promisify<Buffer, object, ZipFile>(fromBuffer);

/** The files of a zip by their paths, as text; checked against their sums. */
export async function readZip(zip: Buffer): Promise<Map<string, string>> {
  const archive = await open(zip, { lazyEntries: true });
  const files = new Map<string, string>();
  for (let count = 0; count < archive.entryCount; count += 1) {
    const next = once(archive, 'entry');
    archive.readEntry();
    const [entry] = (await next) as [Entry];
    const content = await promisify(archive.openReadStream.bind(archive, entry))();
    files.set(entry.fileName, await text(content));
  }
  return files;
}

/** The rows of a file with one JSON object per line. */
export function rowsOf(files: Map<string, string>, path: string): any[] {
  const file = files.get(path);
  if (file === undefined) throw new Error(`no ${path} among ${[...files.keys()].join(', ')}`);
  return file
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
