import { IdField } from './fields.js';

/** Fields by which tutorial clients say who they are: allowed where they say the truth. */
export class ClaimedSenderDto {
  @IdField({ optional: true, description: "Only ever the token's user: anybody else is `FORBIDDEN`" })
  userId?: string;

  @IdField({ optional: true, description: 'As userId' })
  from?: string;

  @IdField({ optional: true, description: 'As userId' })
  senderId?: string;
}
