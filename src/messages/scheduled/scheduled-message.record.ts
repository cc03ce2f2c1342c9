export const SCHEDULED_STATES = ['pending', 'sending', 'failed', 'sent', 'cancelled'] as const;

/** `sending` is past the point where it could be cancelled; `sent` is never stored. */
export type ScheduledState = (typeof SCHEDULED_STATES)[number];

/** A message to be sent later, with ids as text. */
export interface ScheduledRecord {
  readonly id: string;
  readonly senderId: string;
  readonly chatId: string;
  readonly clientMessageId: string;
  readonly state: ScheduledState;
  readonly createdAt: Date;
  readonly sendAt: Date;
  readonly content: Record<string, unknown>;
  readonly failure?: ScheduledFailure;
}

/** The uploads that it is to be sent with. */
export function filesOf({ content }: Pick<ScheduledRecord, 'content'>): string[] {
  return (content.attachmentIds ?? []) as string[];
}

export interface ScheduledFailure {
  code: string;
  message: string;
}

/** Where a page of somebody's list goes on. */
export interface ScheduledPosition {
  sendAt: Date;
  id: string;
}
