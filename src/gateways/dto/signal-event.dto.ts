import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { registerDecorator, ValidateIf } from 'class-validator';

import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { IdField } from '../../common/validation/fields.js';

/** Descriptions of large conferences have some 20 KiB. */
export const MAX_DESCRIPTION_BYTES = 48 * 1024;
export const MAX_CANDIDATE_BYTES = 4 * 1024;

class SignalDto extends ClaimedSenderDto {
  @IdField({ optional: true, description: 'Without it my one live call' })
  callId?: string;

  @IdField({ description: 'Whom it goes to: to the one device of theirs in the call' })
  to: string;
}

/** Payload of `offer`. */
export class OfferDto extends SignalDto {
  @DescriptionField(['offer'])
  offer: unknown;
}

/** Payload of `answer`. */
export class AnswerDto extends SignalDto {
  @DescriptionField(['answer', 'pranswer'])
  answer: unknown;
}

/** Payload of `ice_candidate`. */
export class IceCandidateDto extends SignalDto {
  @CandidateField()
  candidate: unknown;
}

/** A session description, as a browser makes it or as its text; passed on as it is. */
function DescriptionField(types: readonly string[]): PropertyDecorator {
  return signalField(
    { type: types[0], sdp: 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n' },
    `${MAX_DESCRIPTION_BYTES / 1024} KiB at most; a \`type\` in it must be ${types.map((type) => `\`${type}\``).join(' or ')}`,
    (value) =>
      (isText(value) || isObject(value)) &&
      (isText(value) || !('type' in value) || types.includes(String(value.type))) &&
      sizeOf(value) <= MAX_DESCRIPTION_BYTES,
  );
}

/** A candidate, as a browser makes it or as its text; `null` or an empty text is the end of them. */
function CandidateField(): PropertyDecorator {
  return signalField(
    { candidate: 'candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host', sdpMid: '0', sdpMLineIndex: 0 },
    `${MAX_CANDIDATE_BYTES / 1024} KiB at most; \`null\`: there are no more`,
    (value) =>
      (value === null || typeof value === 'string' || isObject(value)) &&
      sizeOf(value) <= MAX_CANDIDATE_BYTES,
    true,
  );
}

function signalField(
  example: unknown,
  description: string,
  validate: (value: unknown) => boolean,
  nullable?: true,
): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      oneOf: [{ type: 'object' }, { type: 'string', ...(!nullable && { minLength: 1 }) }],
      example,
      description,
      ...(nullable && { nullable }),
    }),
    ValidateIf(() => true),
    (target: object, propertyName: string | symbol) =>
      registerDecorator({
        name: 'isSignal',
        target: target.constructor,
        propertyName: String(propertyName),
        options: { message: `$property must be an object or a text: ${description.replaceAll('`', '')}` },
        validator: { validate },
      }),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
