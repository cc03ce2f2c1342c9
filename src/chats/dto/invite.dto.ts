import { BooleanField, IntField, TextField } from '../../common/validation/fields.js';
import { MAX_MEMBERS } from './create-chat.dto.js';

/** The longest life of an invite that has an end: a year. */
const MAX_LIFE_SECONDS = 31_536_000;

export class CreateInviteDto {
  @IntField({
    min: 1,
    max: MAX_LIFE_SECONDS,
    optional: true,
    example: 604_800,
    description: 'It works for so long; without it until it is revoked',
  })
  expiresInSeconds?: number;

  @IntField({
    min: 1,
    max: MAX_MEMBERS,
    optional: true,
    example: 10,
    description: 'So many people may come by it; without it any number',
  })
  maxUses?: number;
}

/** `:token` of a route. */
export class InviteTokenParamsDto {
  @TextField({
    min: 1,
    max: 64,
    example: 'hZ0mJp3Q8m2yVYg5Jt0w9sE1kX4uTq7B',
    description: 'As it came; one that never was is `NOT_FOUND`, whatever it looks like',
  })
  token: string;
}

export class DecideJoinRequestDto {
  @BooleanField({ example: true, description: '`false` turns them away' })
  accept: boolean;
}
