import { mongo } from 'mongoose';

/** What "acked" waits for on a replica set: the journals of its majority. */
const REPLICATED = { w: 'majority', journal: true } as const;

/**
 * On a server that stands alone: its own journal. `majority` would weaken it: such a server takes the
 * majority as reached at once, and the journal with it, and a crash then loses what was acked last.
 */
const ALONE = { w: 1, journal: true } as const;

export type DurableWrites = typeof REPLICATED | typeof ALONE;

export interface ServerAddress {
  uri: string;
  /** How long to look for the server. */
  timeoutMs: number;
}

/** The write concern by which a write that is acked survives a crash of this server; see ADR 2. */
export async function durableWrites({ uri, timeoutMs }: ServerAddress): Promise<DurableWrites> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: timeoutMs, maxPoolSize: 1 });
  try {
    // Members of a replica set name it, and a router of a sharded cluster says what it is.
    const { setName, msg } = await client.db('admin').command({ hello: 1 });
    return setName !== undefined || msg === 'isdbgrid' ? REPLICATED : ALONE;
  } finally {
    await client.close();
  }
}
