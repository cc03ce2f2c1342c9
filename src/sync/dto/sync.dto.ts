import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { registerDecorator } from 'class-validator';

import { IntField, OBJECT_ID, TextField } from '../../common/validation/fields.js';

/** Chats that one call may name. */
export const MAX_SYNC_CHATS = 2000;
export const DEFAULT_SYNC_MESSAGES = 500;
export const MAX_SYNC_MESSAGES = 1000;

/** What a client holds of a chat: the `rev`, or both counters. */
export type HeldRevs = number | { rev: number; receiptRev?: number };

export class SyncDto {
  @HeldRevsField()
  chats: Record<string, HeldRevs>;

  @IntField({ min: 0, optional: true, description: 'The `me` rev that the client holds' })
  me?: number;

  @IntField({
    min: 1,
    max: MAX_SYNC_MESSAGES,
    optional: true,
    default: DEFAULT_SYNC_MESSAGES,
    description: 'Messages per answer, over all chats',
  })
  limit?: number;

  @TextField({
    min: 1,
    max: 512,
    optional: true,
    description: '`nextCursor` of the answer before, with the same `chats`',
  })
  cursor?: string;
}

/** A map from chat ids, which no class can describe: checked whole. */
function HeldRevsField(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: 'object',
      description: 'By chat id the rev held, or `{ rev, receiptRev }`; `{}` on a new device',
      additionalProperties: { oneOf: [{ type: 'integer' }, { type: 'object' }] },
      example: { '6920f1b0a1b2c3d4e5f60710': { rev: 14, receiptRev: 7 } },
    }),
    (target: object, propertyName: string | symbol) =>
      registerDecorator({
        name: 'heldRevs',
        target: target.constructor,
        propertyName: String(propertyName),
        options: {
          message: `chats must map at most ${MAX_SYNC_CHATS} chat ids to a rev, or to { rev, receiptRev }, of whole numbers from 0`,
        },
        validator: { validate: isHeldRevs },
      }),
  );
}

function isHeldRevs(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_SYNC_CHATS && entries.every(([id, held]) => OBJECT_ID.test(id) && isHeld(held))
  );
}

function isHeld(held: unknown): boolean {
  if (isRev(held)) return true;
  if (typeof held !== 'object' || held === null) return false;
  const { rev, receiptRev, ...rest } = held as Record<string, unknown>;
  return isRev(rev) && (receiptRev === undefined || isRev(receiptRev)) && Object.keys(rest).length === 0;
}

function isRev(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
