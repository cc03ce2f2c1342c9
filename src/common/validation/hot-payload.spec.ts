import 'reflect-metadata';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';

import { ReceiptDto, TypingDto } from '../../gateways/dto/chat-event.dto.js';
import { NewMessageDto } from '../../messages/dto/send-message.dto.js';
import { HistoryQueryDto } from '../../messages/dto/history-query.dto.js';
import { ValidationError } from '../errors/app-error.js';
import { toDto } from './dto.pipe.js';
import { IdListField, TextField } from './fields.js';
import { acceptHot, HotPayload } from './hot-payload.js';

const ID = '6920f1b0a1b2c3d4e5f60710';

/** What a field may hold, right for some of them and wrong for others. */
const VALUES: unknown[] = [
  ID,
  ID.toUpperCase(),
  `${ID}0`,
  'hello',
  '',
  ' ',
  '\0',
  '\ud800',
  'x'.repeat(65),
  'x'.repeat(5000),
  '😀'.repeat(4096),
  'text',
  'voice',
  'location',
  'poll',
  'system',
  '2026-12-24T18:00:00.000Z',
  0,
  1,
  1.5,
  -1,
  Number.NaN,
  Number.MAX_SAFE_INTEGER + 2,
  true,
  null,
  [],
  [ID],
  {},
  { lat: 1, lng: 2 },
  { __proto__: { text: 'x' } },
];

const FIELDS: [new () => object, string[]][] = [
  [
    NewMessageDto,
    [
      'chatId',
      'text',
      'clientMessageId',
      'type',
      'senderId',
      'from',
      'userId',
      'replyToId',
      'sendAt',
      'expiresInSeconds',
      'location',
      'poll',
      'contact',
      'mentions',
      'attachmentIds',
      'other',
      'toString',
    ],
  ],
  [ReceiptDto, ['chatId', 'seq', 'userId', 'other']],
  [TypingDto, ['chatId', 'recipientId', 'kind', 'from', 'constructor']],
];

const GOOD: Record<string, unknown> = {
  chatId: ID,
  text: 'hello',
  clientMessageId: 'a-1',
  seq: 3,
  kind: 'voice',
};

/** class-validator's own judgement of it, without conversions. */
function isRight(dto: new () => object, payload: object): boolean {
  const instance = Object.assign(new dto(), payload);
  return validateSync(instance, { whitelist: true, forbidNonWhitelisted: true }).length === 0;
}

describe('hot payloads', () => {
  it.each(FIELDS)('of %o should be accepted only where class-validator accepts them', (dto, names) => {
    const base = Object.fromEntries(Object.entries(GOOD).filter(([name]) => names.includes(name)));
    let accepted = 0;
    for (const first of names) {
      for (const one of VALUES) {
        for (const second of names) {
          for (const other of [
            undefined,
            VALUES[0],
            VALUES[3],
            VALUES[12],
            VALUES[13],
            VALUES[18],
            VALUES[27],
          ]) {
            const payload: Record<string, unknown> = { ...base, [first]: one };
            if (other === undefined) delete payload[second];
            else payload[second] = other;
            const dtoOrNull = acceptHot(dto, payload);
            if (!dtoOrNull) continue;
            accepted += 1;
            expect(isRight(dto, payload), JSON.stringify(payload)).toBe(true);
            expect({ ...dtoOrNull }).toEqual(payload);
          }
        }
      }
    }
    expect(accepted).toBeGreaterThan(10);
  });

  it.each<[new () => object, object]>([
    [NewMessageDto, { chatId: ID, text: 'hello', clientMessageId: 'a-1' }],
    [NewMessageDto, { chatId: ID, text: 'hello', clientMessageId: 'a-1', type: 'text' }],
    [ReceiptDto, { chatId: ID, seq: 4 }],
    [TypingDto, { chatId: ID }],
    [TypingDto, { chatId: ID, kind: 'voice' }],
  ])('should take the short way for what clients send: %o %j', (dto, payload) => {
    expect(acceptHot(dto, payload)).toEqual(payload);
  });

  it('should convert what a query brings as text, before it is judged and in what comes of it', () => {
    const query = { before: '7', limit: '50' };

    expect(acceptHot(HistoryQueryDto, query)).toEqual({ before: 7, limit: 50 });
    expect(query).toEqual({ before: '7', limit: '50' });
    expect(acceptHot(HistoryQueryDto, {})).toEqual({});
  });

  it.each([{ limit: '101' }, { before: '-1' }, { before: '1e3' }, { before: '' }, { before: ['1', '2'] }])(
    'should leave the query %j to the long way, which says what is wrong',
    (query) => {
      expect(acceptHot(HistoryQueryDto, query)).toBeNull();
      expect(() => toDto(HistoryQueryDto, query)).toThrow(ValidationError);
    },
  );

  it('should know the conversions of the class that another extends', () => {
    @HotPayload()
    class NarrowQueryDto extends HistoryQueryDto {}

    expect(acceptHot(NarrowQueryDto, { limit: '5' })).toEqual({ limit: 5 });
  });

  it('should leave a list to the long way, and its absence not', () => {
    @HotPayload()
    class ListDto {
      @IdListField({ optional: true, max: 2 })
      ids?: string[];

      @TextField({ max: 3 })
      text: string;
    }

    expect(acceptHot(ListDto, { text: 'x' })).toEqual({ text: 'x' });
    expect(acceptHot(ListDto, { text: 'x', ids: [ID] })).toBeNull();
    expect(acceptHot(ListDto, { ids: [ID] })).toBeNull();
  });

  it('should not excuse the absence of a field that another one asks for', () => {
    expect(acceptHot(NewMessageDto, { chatId: ID, text: 'hello', type: 'location' })).toBeNull();
    expect(acceptHot(NewMessageDto, { text: 'hello' })).toBeNull();
    expect(acceptHot(NewMessageDto, {})).toBeNull();
  });

  it('should leave classes that did not ask for it to the long way', () => {
    class ColdDto {
      @TextField({ max: 3 })
      text: string;
    }

    expect(acceptHot(ColdDto, { text: 'x' })).toBeNull();
  });
});
