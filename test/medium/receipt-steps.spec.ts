import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ChatReceiptsRepository } from '../../src/chats/receipts/chat-receipts.repository.js';
import { newObjectId } from '../../src/database/object-id.js';
import { createTestApp, type TestApp } from '../support/create-test-app.js';

const ANN = newObjectId().toHexString();
const BEN = newObjectId().toHexString();
const AT = new Date('2026-01-01T12:00:00Z');

describe.each([1, 1000])(`${ChatReceiptsRepository.name}, with %d marks`, (size) => {
  let app: TestApp;
  let receipts: ChatReceiptsRepository;
  let chatId: string;

  beforeAll(async () => {
    app = await createTestApp();
    receipts = app.app.get(ChatReceiptsRepository, { strict: false });
  });
  afterAll(() => app.close());

  beforeEach(() => {
    chatId = newObjectId().toHexString();
  });

  const stepOf = (userId: string, fromRev: number, seq: number, ofChat = chatId) => ({
    chatId: ofChat,
    fromRev,
    toRev: fromRev + 1,
    marksBefore: size,
    marks: { [userId]: { deliveredSeq: seq, readSeq: 0, rev: fromRev + 1, at: AT } },
  });
  const stored = async () => (await receipts.findByChats([chatId])).get(chatId);

  it('should put steps of several chats on top of what is there, and keep the marks of others', async () => {
    const other = newObjectId().toHexString();
    await receipts.takeSteps([stepOf(ANN, 0, 1)]);

    expect(await receipts.takeSteps([stepOf(BEN, 1, 2), stepOf(BEN, 0, 5, other)])).toEqual([]);

    expect(await stored()).toEqual({
      rev: 2,
      marks: { ...stepOf(ANN, 0, 1).marks, ...stepOf(BEN, 1, 2).marks },
    });
    expect((await receipts.findByChats([other])).get(other)?.marks).toEqual(stepOf(BEN, 0, 5).marks);
  });

  it.each([0, 1])(
    'should answer a chat that another node moved on from %d, and leave it alone',
    async (rev) => {
      if (rev > 0) await receipts.takeSteps([stepOf(ANN, 0, 1)]);
      await receipts.takeSteps([stepOf(ANN, rev, 3)]);
      const ofOther = stepOf(BEN, 0, 1, newObjectId().toHexString());

      expect(await receipts.takeSteps([stepOf(BEN, rev, 2), ofOther])).toEqual([chatId]);

      expect(await stored()).toMatchObject({ rev: rev + 1, marks: { [ANN]: { deliveredSeq: 3 } } });
      expect((await receipts.findByChats([ofOther.chatId])).get(ofOther.chatId)?.rev).toBe(1);
    },
  );

  it('should know a step that is there already as its own', async () => {
    await receipts.takeSteps([stepOf(ANN, 0, 1)]);
    await receipts.takeSteps([stepOf(ANN, 1, 4)]);

    expect(await receipts.takeSteps([stepOf(ANN, 1, 4)])).toEqual([]);
  });
});
