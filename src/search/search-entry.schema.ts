import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** Words and beginnings of words as text; the sender as an id, so that the two can't be mixed up. */
export type SearchTerm = string | Types.ObjectId;

/**
 * How one message is found. Worked out of the chat's log, and can be again; what it leads to is read from
 * the log itself, so an entry that lags behind shows nothing that is gone.
 */
@Schema({ collection: 'search_entries', versionKey: false })
export class SearchEntry {
  /** That of the message, so entries sort by when they were sent. */
  _id: Types.ObjectId;

  @Prop({ type: Types.ObjectId, required: true })
  chatId: Types.ObjectId;

  @Prop({ type: Number, required: true })
  seq: number;

  /** The change of the chat that it is up to: an older one never overwrites it. */
  @Prop({ type: Number, required: true })
  rev: number;

  /** Empty once the message has nothing to be found by. */
  @Prop({ type: [Object], required: true })
  terms: SearchTerm[];
}

export const SearchEntrySchema = SchemaFactory.createForClass(SearchEntry);

/** One walk per chat and term, newest first; who may see only a part is kept to it within the index. */
SearchEntrySchema.index({ chatId: 1, terms: 1, _id: -1, seq: 1 });
