import { Injectable } from '@nestjs/common';

import { ValidationError } from '../common/errors/app-error.js';
import type { Attachment, MediaKind } from '../media/attachment.js';
import { MediaLibrary } from '../media/media-library.service.js';
import type { MessageBody, MessageContent } from './message-content.js';

/** The most files of one message. */
export const MAX_ATTACHMENTS = 10;

/** Types of messages that are made of files. */
export const FILE_TYPES = ['image', 'video', 'audio', 'voice', 'file'] as const;
export type FileMessageType = (typeof FILE_TYPES)[number];

/** What a message of each type may hold; its first file is of the first kinds named. */
const KINDS: Record<FileMessageType, { first: readonly MediaKind[]; others: readonly MediaKind[] }> = {
  image: { first: ['image'], others: ['image', 'video'] },
  video: { first: ['video'], others: ['image', 'video'] },
  audio: { first: ['audio', 'voice'], others: ['audio', 'voice'] },
  voice: { first: ['voice', 'audio'], others: [] },
  file: {
    first: ['image', 'video', 'audio', 'voice', 'file'],
    others: ['image', 'video', 'audio', 'voice', 'file'],
  },
};

interface Wanted {
  type?: string;
  text?: string;
  attachmentIds?: string[];
}

/** Whether a message of this content needs a look at what was uploaded: plain text does not. */
function hasFiles({ type, attachmentIds }: Wanted): boolean {
  return attachmentIds !== undefined || isFileType(type);
}

/** What makes a message of uploads. */
@Injectable()
export class MessageAttachments {
  constructor(private readonly library: MediaLibrary) {}

  /** What is sent; files have to be looked up, and those of a message that is passed on to be kept. */
  bodyOf(senderId: string, content: MessageContent): MessageBody | Promise<MessageBody> {
    const { type = 'text', text = '', attachments } = content;
    if (attachments) {
      const held = this.library.hold(attachments.map(({ id }) => id));
      return held.then(() => ({ type, text, attachments }));
    }
    if (hasFiles(content)) return this.of(senderId, content).then((files) => ({ ...files, text }));
    if (type === 'text' && text === '')
      throw ValidationError.of('text', 'required', 'A message without files needs text');
    return { type, text };
  }

  /** @throws MediaNotFoundError for what is not the sender's own, or was never used within its day. */
  private async of(
    senderId: string,
    { type, attachmentIds }: Wanted,
  ): Promise<{ type: FileMessageType; attachments: Attachment[] }> {
    if (attachmentIds === undefined)
      throw refused('required', `A message of type "${type}" needs attachmentIds`);
    if (type !== undefined && !isFileType(type)) {
      throw refused('whitelistValidation', `attachmentIds do not go with type "${type}"`);
    }
    const attachments = await this.library.take(senderId, attachmentIds);
    const [first, ...others] = attachments;
    if (!first) throw refused('arrayMinSize', 'attachmentIds must not be empty');
    const asked = type ?? first.kind;
    const allowed = KINDS[asked];
    if (!allowed.first.includes(first.kind) || others.some(({ kind }) => !allowed.others.includes(kind))) {
      throw refused('kind', `These files do not make a message of type "${asked}"`);
    }
    return { type: asked, attachments };
  }
}

export function isFileType(type: string | undefined): type is FileMessageType {
  return (FILE_TYPES as readonly (string | undefined)[]).includes(type);
}

function refused(rule: string, message: string): ValidationError {
  return ValidationError.of('attachmentIds', rule, message);
}
