import { Injectable } from '@nestjs/common';

/** Something that is made of messages and kept beside them. */
export interface MessageCopy {
  /** These messages have disappeared: what was made of them goes. Called again after a failure. */
  forget(messageIds: readonly string[]): Promise<void>;
}

/**
 * Features that keep something made of messages say so here when they are made. What disappears is taken out
 * of them first: a message is due until all of them have forgotten it.
 */
@Injectable()
export class MessageCopies {
  private readonly all: MessageCopy[] = [];

  add(copy: MessageCopy): void {
    this.all.push(copy);
  }

  async forget(messageIds: readonly string[]): Promise<void> {
    await Promise.all(this.all.map((copy) => copy.forget(messageIds)));
  }
}
