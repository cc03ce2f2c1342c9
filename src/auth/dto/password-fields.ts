import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';

import { TextField } from '../../common/validation/fields.js';
import { isHashable } from '../password.service.js';

function Hashable(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isHashable',
      validator: { validate: (value) => typeof value !== 'string' || isHashable(value) },
    },
    { message: '$property must be at most 72 bytes in UTF-8, without NUL' },
  );
}

/** A password as it is chosen. Taken as it is typed: neither trimmed nor shortened. */
export function NewPasswordField() {
  return applyDecorators(
    TextField({
      min: 8,
      max: 72,
      example: 'correct horse battery',
      description: 'At most 72 bytes in UTF-8',
    }),
    ApiProperty({ format: 'password' }),
    Hashable(),
  );
}

/** A password as it is shown again. What could never have been chosen is refused too, not cut to fit. */
export function PasswordField() {
  return applyDecorators(
    TextField({ min: 1, max: 72, example: 'correct horse battery' }),
    ApiProperty({ format: 'password' }),
    Hashable(),
  );
}
