import { ClaimedSenderDto } from '../../common/validation/claimed-sender.dto.js';
import { BooleanField, EnumField, IdField, TextField } from '../../common/validation/fields.js';
import { CALL_TYPES, type CallType } from '../../calls/call-state.js';

/** Payload of `call_user`. */
export class CallUserDto extends ClaimedSenderDto {
  @IdField({ optional: true, description: 'Whom to call; or `chatId`' })
  to?: string;

  @IdField({ optional: true, description: 'A direct chat, or a group' })
  chatId?: string;

  @EnumField(CALL_TYPES, { example: 'video' })
  callType: CallType;

  @TextField({
    optional: true,
    min: 1,
    max: 64,
    example: 'c3f1-1',
    description: 'Made by the client: a retry with the same one answers the same call (24 h)',
  })
  requestId?: string;
}

/** Payload of `call_accepted`. */
export class CallRefDto extends ClaimedSenderDto {
  @IdField({ optional: true, description: 'Without it my one live call' })
  callId?: string;

  @IdField({ optional: true, description: 'Sent by tutorial clients; somebody else in the call' })
  to?: string;
}

/** Payload of `call_rejected` and `call_ended`. */
export class CallFarewellDto extends CallRefDto {
  @TextField({ optional: true, min: 1, max: 100, example: 'bad line' })
  reason?: string;
}

/** Payload of `call_resume`. */
export class CallResumeDto extends ClaimedSenderDto {
  @IdField({ description: 'The call' })
  callId: string;
}

/** Payload of `media_state`. */
export class MediaStateDto extends CallResumeDto {
  @BooleanField({ example: true, description: 'The microphone is on' })
  audio: boolean;

  @BooleanField({ example: false, description: 'The camera is on' })
  video: boolean;

  @BooleanField({ example: false, description: 'The screen is shared' })
  screen: boolean;
}
