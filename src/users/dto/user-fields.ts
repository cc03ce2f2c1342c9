import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { isEmail, Matches, ValidateBy } from 'class-validator';

import { TextField } from '../../common/validation/fields.js';
import { normaliseEmail, normalisePhone, PHONE } from '../normalise.js';

/** `null` and other types pass through: the rules below refuse them by name. */
const NormalisedBy = (normalise: (text: string) => string) =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? normalise(value) : value));

/** class-validator's own decorator throws at half a character. */
function IsEmail(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isEmail',
      validator: {
        validate: (value) => typeof value === 'string' && value.isWellFormed() && isEmail(value),
      },
    },
    { message: '$property must be an email address' },
  );
}

/** An address in its normalised form, the one in which it is unique. */
export function EmailField() {
  return applyDecorators(
    NormalisedBy(normaliseEmail),
    TextField({
      max: 254,
      example: 'ada@example.com',
      description: 'Spaces around it and case do not count',
    }),
    ApiProperty({ format: 'email' }),
    IsEmail(),
  );
}

export function PhoneField(options: { nullable?: boolean } = {}) {
  return applyDecorators(
    NormalisedBy(normalisePhone),
    TextField({
      ...options,
      optional: true,
      max: 16,
      example: '+4915123456789',
      description: 'International form; spaces, dots, dashes and parentheses are dropped',
    }),
    Matches(PHONE, { message: '$property must be an international number such as +4915123456789' }),
  );
}

export function NameField(options: { optional?: boolean } = {}) {
  return applyDecorators(
    TextField({
      ...options,
      min: 1,
      max: 100,
      trim: true,
      example: 'Ada Lovelace',
      description: 'Shown to others',
    }),
    Matches(/[\p{L}\p{N}\p{P}\p{S}]/u, { message: '$property must have a visible character' }),
    Matches(/^\P{Cc}*$/u, { message: '$property must not have control characters' }),
  );
}
