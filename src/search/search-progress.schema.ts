import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** How much of a chat's log is in the search index. */
@Schema({ collection: 'search_progress', versionKey: false })
export class SearchProgress {
  /** The chat. */
  _id: Types.ObjectId;

  /** All rows up to this one are in. */
  @Prop({ type: Number, required: true })
  rev: number;
}

export const SearchProgressSchema = SchemaFactory.createForClass(SearchProgress);
