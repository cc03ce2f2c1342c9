// The yardstick for reading: the bare MongoDB driver that fetches the same documents from the same database and
// does nothing with them. Started by lib/driver-process.mjs, which says what to fetch.
import { once } from 'node:events';
import mongoose from 'mongoose';
import { runClosedLoop } from './lib/closed-loop.mjs';
import { cpuMicros } from './lib/procstat.mjs';

const { MongoClient, ObjectId } = mongoose.mongo;

/** What each job's answer is made of, fetched by the same indexes. */
const WORKS = {
  history(db, { chatId, seqs, limit }) {
    const chat = new ObjectId(chatId);
    return async (call) => {
      const seq = { $gte: 1, $lt: seqs[call % seqs.length] };
      const page = await db
        .collection('messages')
        .find({ chatId: chat, seq })
        .sort({ seq: -1 })
        .limit(limit)
        .toArray();
      if (page.length !== limit) throw new Error(`A page had ${page.length} messages instead of ${limit}.`);
    };
  },

  chats(db, { userId, count }) {
    const user = new ObjectId(userId);
    return async () => {
      const memberships = await db.collection('chat_members').find({ userId: user }).toArray();
      const ids = memberships.map(({ chatId }) => chatId);
      const chats = await db
        .collection('chats')
        .find({ _id: { $in: ids } })
        .toArray();
      if (chats.length !== count) throw new Error(`There were ${chats.length} chats instead of ${count}.`);
      await db
        .collection('messages')
        .aggregate([
          { $match: { chatId: { $in: ids } } },
          { $sort: { chatId: -1, rev: -1 } },
          { $group: { _id: '$chatId', row: { $first: '$$ROOT' } } },
        ])
        .toArray();
    };
  },

  sync(db, { held, count }) {
    const branches = Object.entries(held).map(([chatId, rev]) => ({
      chatId: new ObjectId(chatId),
      rev: { $gt: rev },
    }));
    return async () => {
      const lists = await Promise.all(
        branches.map((branch) => db.collection('messages').find(branch).sort({ rev: 1 }).toArray()),
      );
      const found = lists.flat().length;
      if (found !== count) throw new Error(`There were ${found} messages instead of ${count}.`);
    };
  },
};

async function main({ uri, kind, params, options, enginePids }) {
  const readCpu = () => ({ server: cpuMicros([process.pid]), engine: cpuMicros(enginePids) });
  const client = await MongoClient.connect(uri);
  const work = WORKS[kind](client.db(), params);
  const result = await runClosedLoop(work, options, readCpu);
  await client.close();
  process.send(result, () => process.disconnect());
}

const [task] = await once(process, 'message');
await main(task);
