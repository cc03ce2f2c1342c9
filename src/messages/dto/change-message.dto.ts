import { EnumField, IdListField } from '../../common/validation/fields.js';
import { EmojiField } from '../../common/validation/emoji.js';

/** Body of `PUT /api/messages/:id/reaction`. */
export class ReactToMessageDto {
  @EmojiField()
  emoji: string;
}

/** Query of `DELETE /api/messages/:id`. */
export class DeleteMessageQueryDto {
  @EnumField(['me', 'everyone'], { example: 'everyone', description: 'For whom it is to be gone' })
  for: 'me' | 'everyone';
}

/** Body of `POST /api/messages/:id/votes`. */
export class VoteDto {
  @IdListField({
    max: 12,
    example: [],
    description: 'Ids of options of the poll: one, or several where it allows that; none takes the vote back',
  })
  optionIds: string[];
}

/** Body of `POST /api/messages/forward`. */
export class ForwardMessagesDto {
  @IdListField({ min: 1, max: 20, description: 'What to pass on, in this order' })
  messageIds: string[];

  @IdListField({ min: 1, max: 5, description: 'To where' })
  chatIds: string[];
}
