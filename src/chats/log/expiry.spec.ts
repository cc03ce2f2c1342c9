import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';

import type { ChatLogRow } from './chat-log.schema.js';
import { DEFAULT_SETTINGS, NO_INFO } from './chat-profile.js';
import { ChatState } from './chat-state.js';
import { asOf, expiryOf } from './expiry.js';

const NOW = new Date('2026-01-01T00:00:00Z');
const DAY = 86_400;

const stateWith = (disappearingSeconds: number) =>
  new ChatState('chat', 'group', 0, 0, new Map(), NOW, {
    info: NO_INFO,
    settings: { ...DEFAULT_SETTINGS, disappearingSeconds },
  });

describe('expiryOf', () => {
  const table: { name: string; setting: number; own?: number; seconds: number | null }[] = [
    { name: 'nothing said', setting: 0, seconds: null },
    { name: 'the chat alone', setting: DAY, seconds: DAY },
    { name: 'the sender alone', setting: 0, own: 5, seconds: 5 },
    { name: 'the sender sooner', setting: DAY, own: 5, seconds: 5 },
    { name: 'the sender later', setting: DAY, own: 2 * DAY, seconds: DAY },
  ];

  for (const { name, setting, own, seconds } of table) {
    it(`should be ${seconds ?? 'never'} with ${name}`, () => {
      const draft = { kind: 'message' as const, type: 'text' as const, expiresInSeconds: own };

      expect(expiryOf(draft, stateWith(setting), NOW)).toEqual(
        seconds === null ? null : new Date(NOW.getTime() + seconds * 1000),
      );
    });
  }

  it('should leave system messages and changes alone', () => {
    expect(expiryOf({ kind: 'message', type: 'system' }, stateWith(DAY), NOW)).toBeNull();
    expect(expiryOf({ kind: 'settings' }, stateWith(DAY), NOW)).toBeNull();
  });
});

describe('asOf', () => {
  const row: ChatLogRow = {
    _id: new Types.ObjectId(),
    chatId: new Types.ObjectId(),
    rev: 4,
    seq: 3,
    kind: 'message',
    senderId: new Types.ObjectId(),
    clientMessageId: 'c',
    type: 'text',
    text: 'secret',
    replyTo: {
      statusId: new Types.ObjectId(),
      senderId: new Types.ObjectId(),
      type: 'text',
      text: 'secret too',
    },
    createdAt: NOW,
    expiresAt: new Date(NOW.getTime() + 1000),
  };

  it('should be the row itself until its moment, and only its place from then on', () => {
    expect(asOf(row, NOW.getTime() + 999)).toBe(row);

    const left = asOf(row, NOW.getTime() + 1000);

    expect(JSON.stringify(left)).not.toContain('secret');
    expect(left).toMatchObject({ _id: row._id, rev: 4, seq: 3, clientMessageId: 'c', text: '' });
  });

  it('should keep nothing of what became of it but that something did', () => {
    const later: Partial<ChatLogRow> = {
      original: 'secret',
      editedAt: NOW,
      textRev: 5,
      mentions: [new Types.ObjectId()],
      poll: { question: 'secret?', options: [], multiple: false },
      location: { latitude: 1, longitude: 2, name: 'secret' },
      contact: { name: 'secret' },
      reactions: { ann: { emoji: '👍', rev: 6 } },
      votes: { ann: { optionIds: ['a'], rev: 7 } },
      pinned: true,
      pinRev: 8,
      forwardCount: 1,
      changedRev: 8,
    };

    const left = asOf(Object.assign({}, row, later), NOW.getTime() + 1000);

    expect(left.changedRev).toBe(8);
    for (const field of Object.keys(later).filter((name) => name !== 'changedRev'))
      expect(left, field).not.toHaveProperty(field);
  });

  it('should quote nothing of a message that has disappeared', () => {
    const replyTo = { messageId: new Types.ObjectId(), senderId: row.senderId, type: 'text', text: 'secret' };
    const answer: ChatLogRow = Object.assign({}, row, {
      text: 'oh',
      expiresAt: undefined,
      replyTo: { ...replyTo, rev: 3, expiresAt: new Date(NOW.getTime() + 1000) },
    });

    expect(asOf(answer, NOW.getTime() + 999)).toBe(answer);
    expect(asOf(answer, NOW.getTime() + 1000)).toMatchObject({
      text: 'oh',
      replyTo: { messageId: replyTo.messageId, text: '' },
    });
  });
});
