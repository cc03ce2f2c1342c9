import { createHmac } from 'node:crypto';

import { createConnection, mongo } from 'mongoose';

import type { Person } from './cluster.js';

interface Keys {
  mongodbUri: string;
  jwtSecret: string;
}

/** Many people at the cost of one: copies of an account and its login, as the server stored them. */
export async function crowdOf(original: Person, count: number, keys: Keys): Promise<Person[]> {
  const connection = await createConnection(keys.mongodbUri).asPromise();
  try {
    const [users, sessions] = ['users', 'sessions'].map((name) => connection.collection(name));
    const userId = new mongo.ObjectId(original.id);
    const user = await users!.findOne({ _id: userId });
    const session = await sessions!.findOne({ userId });
    const made = Array.from({ length: count }, () => ({
      userId: new mongo.ObjectId(),
      sessionId: new mongo.ObjectId(),
    }));
    const emailOf = (id: mongo.ObjectId) => `${id.toHexString()}@example.com`;
    await users!.insertMany(made.map((one) => ({ ...user, _id: one.userId, email: emailOf(one.userId) })));
    await sessions!.insertMany(made.map((one) => ({ ...session, _id: one.sessionId, userId: one.userId })));
    return made.map((one) => {
      const id = one.userId.toHexString();
      const token = tokenOf({ userId: id, sessionId: one.sessionId.toHexString() }, keys.jwtSecret);
      return { id, email: emailOf(one.userId), token, auth: { Authorization: `Bearer ${token}` } };
    });
  } finally {
    await connection.close();
  }
}

/** An access token as the server signs it, good for an hour. */
function tokenOf(claims: { userId: string; sessionId: string }, secret: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { ...claims, iat, exp: iat + 3600 },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
