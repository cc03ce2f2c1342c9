import { type ReceiptMark, shownReadSeq } from './chat-receipts.schema.js';
import type { ReceiptMoveRow } from './receipt-times.schema.js';

/** When a message came to somebody and was read, as others may know it: the marks say whether, the moves since when; where these reach no further back, the mark's own time. */
export function receiptTimesOf(seq: number, mark?: ReceiptMark, moves: ReceiptMoveRow[] = []) {
  const first = (field: 'd' | 'r') => moves.find((move) => move[field] >= seq)?.at;
  return {
    deliveredAt: (mark?.deliveredSeq ?? 0) >= seq ? (first('d') ?? mark?.at) : undefined,
    readAt: shownReadSeq(mark) >= seq ? (first('r') ?? mark?.at) : undefined,
  };
}
