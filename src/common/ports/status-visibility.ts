/** What a report keeps of a status. */
export interface ReportedStatus {
  userId: string;
  /** The content as the reporter saw it: plain fields, made to be stored. */
  content: Record<string, unknown>;
  /** Its file, where it has one. */
  mediaId: string | null;
}

/** Bound by the status feature; where it is not, no status can be seen. */
export abstract class StatusVisibility {
  /** `null` for a status that does not exist, is over, or is not the viewer's to see: all three look alike. */
  abstract find(viewerId: string, statusId: string): Promise<ReportedStatus | null>;
}
