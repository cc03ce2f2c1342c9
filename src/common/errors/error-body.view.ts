import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { ERROR_STATUS, type ErrorCode } from './app-error.js';

/** What every refusal says, in REST bodies and in socket acks. */
export class ErrorView {
  @ApiProperty({
    enum: Object.keys(ERROR_STATUS),
    enumName: 'ErrorCode',
    description: 'Stable: switch on this',
  })
  code: ErrorCode;

  @ApiProperty({ description: 'For people; its wording may change' })
  message: string;

  @ApiPropertyOptional({ description: 'For VALIDATION a list of `{ field, rule, message }`' })
  details?: unknown;
}

/** The body of every REST answer with a status of 400 or more. */
export class ErrorBodyView {
  @ApiProperty({ example: 400 })
  statusCode: number;

  @ApiProperty({ type: ErrorView })
  error: ErrorView;
}
