import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';

type Entry = [id: string, fields: string[]];
type Reply = [stream: string, entries: Entry[]][] | null;

/** What `XREAD` is asked for, as the adapter puts it; the place behind it is not the adapter's to choose. */
export type ReadArgs = ['BLOCK', number, 'COUNT', number, 'STREAMS', string, ...unknown[]];

/** The place before all entries, and that of a stream that nobody has written to yet. */
const START = '0-0';

/** How a stream stands. */
interface Extent {
  /** The first entry that it still holds, if it holds any. */
  first: string | null;
  /** The last one that was ever written. */
  end: string;
  /** It holds all that was ever written. */
  isWhole: boolean;
}

/**
 * Reads a bounded stream from where it ends when reading begins, and tells when what comes next is there no more: a
 * node that stood still, or is too slow, is overtaken by the end that is cut off. It then goes on at the latest entry,
 * as what lies between is caught up with by other means. Looking costs a question per hundred entries; a reader that
 * gets fewer at a time has all there are.
 */
export class StreamReading {
  private readonly logger = new Logger('Redis');
  private place: string | null = null;
  /** Up to there nothing is missing; `null` where that holds for all that was read. */
  private unsure: string | null = null;

  constructor(
    private readonly connection: Redis,
    private readonly missed: () => void,
  ) {}

  /** The next entries; `null` when there were none for so long. */
  async next(...[, blockMs, , count, , stream]: ReadArgs): Promise<Reply> {
    // `$` would be another place each time, and what is written between two readings would be lost.
    this.place ??= (await this.extent(stream)).end;
    if (this.unsure !== null) await this.makeSure(stream, this.unsure, this.place);
    this.unsure = null;
    const from = this.place;
    const asked = ['BLOCK', blockMs, 'COUNT', count, 'STREAMS', stream, from];
    const reply = (await this.connection.call('XREAD', ...asked)) as Reply;
    const entries = reply?.[0]?.[1] ?? [];
    this.place = entries.at(-1)?.[0] ?? from;
    const isAllThereWas = entries.length > 0 && entries.length < count;
    if (!isAllThereWas) this.unsure = from;
    return reply;
  }

  private async makeSure(stream: string, since: string, place: string): Promise<void> {
    const { first, end, isWhole } = await this.extent(stream);
    const isAnother = isBehind(end, place); // as of a Redis that came back without it, or with an older one
    const isCutOff = !isWhole && isBehind(since, first ?? end);
    if (isAnother || isCutOff) this.place = end;
    if (!isCutOff && (!isAnother || end === START)) return;
    this.logger.warn('this node fell behind what Redis keeps: its devices have to sync');
    this.missed();
  }

  private async extent(stream: string): Promise<Extent> {
    const answer = (await this.connection.call('XINFO', 'STREAM', stream).catch((error: unknown) => {
      if (String(error).includes('no such key')) return [];
      throw error;
    })) as unknown[];
    const first = valueOf(answer, 'first-entry') as Entry | null | undefined;
    const end = valueOf(answer, 'last-generated-id') as string | undefined;
    return {
      first: first?.[0] ?? null,
      end: end ?? START,
      isWhole: valueOf(answer, 'length') === valueOf(answer, 'entries-added'),
    };
  }
}

/** Of names and values in turn. */
function valueOf(answer: readonly unknown[], name: string): unknown {
  const place = answer.indexOf(name);
  return place < 0 ? undefined : answer[place + 1];
}

/** By moment, then by number within it. */
function isBehind(one: string, other: string): boolean {
  const [[ms = 0, n = 0], [otherMs = 0, otherN = 0]] = [one, other].map((id) =>
    id.split('-').map(Number),
  ) as [number[], number[]];
  return ms === otherMs ? n < otherN : ms < otherMs;
}
