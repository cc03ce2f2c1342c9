import { IdField, TextField } from '../../common/validation/fields.js';

/** `POST /api/reports`: at least one of `userId`, `messageId` and `statusId`. */
export class CreateReportDto {
  @IdField({ optional: true, description: 'A person' })
  userId?: string;

  @IdField({ optional: true, description: 'A message that you can read' })
  messageId?: string;

  @IdField({ optional: true, description: 'A status that you can see' })
  statusId?: string;

  @TextField({ min: 1, max: 100, trim: true, blank: false, example: 'spam', description: 'In a word or two' })
  reason: string;

  @TextField({ optional: true, max: 2000, example: 'Sends the same link to everybody' })
  details?: string;
}
