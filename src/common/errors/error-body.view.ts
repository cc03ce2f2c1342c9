import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

import { ERROR_STATUS, type ErrorCode } from './app-error.js';

export class FieldErrorView {
  @ApiProperty({ example: 'text' })
  field: string;

  @ApiProperty({ example: 'maxLength', description: 'Stable: switch on this' })
  rule: string;

  @ApiProperty({ example: 'text must be shorter than or equal to 4096 characters' })
  message: string;
}

/** What every refusal says, in REST bodies and in socket acks. */
@ApiExtraModels(FieldErrorView)
export class ErrorView {
  @ApiProperty({
    enum: Object.keys(ERROR_STATUS),
    enumName: 'ErrorCode',
    description: 'Stable: switch on this',
  })
  code: ErrorCode;

  @ApiProperty({ description: 'For people; its wording may change' })
  message: string;

  @ApiPropertyOptional({
    description: 'For VALIDATION each broken rule of each field',
    oneOf: [{ type: 'array', items: { $ref: getSchemaPath(FieldErrorView) } }, { type: 'object' }],
  })
  details?: unknown;
}

/** The body of every REST answer with a status of 400 or more. */
export class ErrorBodyView {
  @ApiProperty({ example: 400 })
  statusCode: number;

  @ApiProperty({ type: ErrorView })
  error: ErrorView;
}
