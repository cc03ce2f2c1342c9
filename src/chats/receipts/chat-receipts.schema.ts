import { Prop, Schema, SchemaFactory } from '@nestjs/mongoose';
import { Types } from 'mongoose';

/** How far one member has got. */
export interface ReceiptMark {
  deliveredSeq: number;
  readSeq: number;
  /** What others may know of `readSeq`, where that is less: it was read with read receipts off. */
  shownReadSeq?: number;
  /** `rev` of these receipts when the mark last moved. */
  rev: number;
  at: Date;
}

/** How far others may know that this member has read. */
export function shownReadSeq(mark: ReceiptMark | undefined): number {
  return mark?.shownReadSeq ?? mark?.readSeq ?? 0;
}

/** As `viewerId` may know it of the member whose mark it is. */
export function readSeqFor(viewerId: string | null, userId: string, mark: ReceiptMark | undefined): number {
  return viewerId === userId ? (mark?.readSeq ?? 0) : shownReadSeq(mark);
}

/**
 * The watermarks of all members of one chat, in one document: a flush is one atomic update, so a `rev`
 * is never visible before a lower one. At most 1,024 marks of some 80 bytes.
 */
@Schema({ collection: 'chat_receipts', versionKey: false })
export class ChatReceipts {
  /** The chat's id. */
  @Prop({ type: Types.ObjectId, required: true })
  _id: Types.ObjectId;

  /** The chat's `receiptRev`. */
  @Prop({ type: Number, required: true })
  rev: number;

  /** By user id. */
  @Prop({ type: Object, required: true })
  marks: Record<string, ReceiptMark>;
}

export const ChatReceiptsSchema = SchemaFactory.createForClass(ChatReceipts);
