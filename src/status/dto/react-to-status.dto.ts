import { EmojiField } from '../../common/validation/emoji.js';

export class ReactToStatusDto {
  @EmojiField()
  emoji: string;
}
