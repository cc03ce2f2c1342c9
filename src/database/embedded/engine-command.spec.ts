import { mongo } from 'mongoose';
import { describe, expect, it } from 'vitest';

import { commandMessage, isOkReply } from './engine-command.js';

const { BSON } = mongo;

describe('commandMessage', () => {
  it('should write what the driver would write', () => {
    const command = { setParameter: 1, wiredTigerEngineRuntimeConfig: 'cache_size=256MB', $db: 'admin' };

    const message = commandMessage(command);

    expect(message.readInt32LE(0)).toBe(message.length);
    expect(message.readInt32LE(12)).toBe(2013);
    expect(message.readUInt8(20)).toBe(0);
    expect(message.subarray(21)).toEqual(Buffer.from(BSON.serialize(command)));
  });
});

describe('isOkReply', () => {
  it('should read the verdict of a reply', () => {
    const reply = (ok: number) => Buffer.from(BSON.serialize({ was: '', ok: new BSON.Double(ok) }));

    expect(isOkReply(reply(1))).toBe(true);
    expect(isOkReply(reply(0))).toBe(false);
    expect(isOkReply(Buffer.from(BSON.serialize({ note: 'x' })))).toBe(false);
  });
});
