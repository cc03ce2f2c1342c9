/** What a file turned out to be, by its content. `voice` is audio that its sender recorded as a note. */
export const MEDIA_KINDS = ['image', 'video', 'audio', 'voice', 'file'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

/** What is told of a stored file, wherever it is attached: kept there too, so that reading needs no look-up. */
export interface Attachment {
  /** Of the media. */
  id: string;
  kind: MediaKind;
  mimeType: string;
  size: number;
  /** Of a `file`: as it was called where it came from. */
  name?: string;
  width?: number;
  height?: number;
  durationMs?: number;
  /** Of audio: 64 steps of loudness from 0 to 100. */
  waveform?: number[];
  hasThumbnail: boolean;
}

const MEDIA_PATH = '/api/media/';

/** Where a stored file is had from, as a path on this server. */
export const mediaUrl = (id: string): string => `${MEDIA_PATH}${id}`;

/** Which file such a path is of. */
export const mediaIdOf = (url: string): string => url.slice(MEDIA_PATH.length);
