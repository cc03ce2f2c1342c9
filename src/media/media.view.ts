import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

import { type Attachment, MEDIA_KINDS, type MediaKind, mediaUrl } from './attachment.js';

/** A stored file, as the answer of an upload and wherever it is attached. */
export class MediaView {
  @ApiProperty({ example: '6920f1c2a1b2c3d4e5f60799' })
  id: string;

  @ApiProperty({ enum: MEDIA_KINDS, example: 'image' })
  kind: MediaKind;

  @ApiProperty({ example: 'image/jpeg', description: 'By its content, whatever it was called' })
  mimeType: string;

  @ApiProperty({ example: 183_422, description: 'Bytes of what is served' })
  size: number;

  @ApiPropertyOptional({ example: 'timetable.pdf', description: 'Of a `file`' })
  name?: string;

  @ApiPropertyOptional({ example: 1600, description: 'Of images, and of videos where ffmpeg is there' })
  width?: number;

  @ApiPropertyOptional({ example: 1200 })
  height?: number;

  @ApiPropertyOptional({ example: 4200, description: 'Of audio and videos' })
  durationMs?: number;

  @ApiPropertyOptional({
    type: [Number],
    example: [4, 31, 80, 12],
    description: 'Of audio, where ffmpeg is there: 64 steps of loudness, 0 to 100',
  })
  waveform?: number[];

  @ApiPropertyOptional({ example: '/api/media/6920f1c2a1b2c3d4e5f60799/thumbnail' })
  thumbnailUrl?: string;

  @ApiProperty({
    example: '/api/media/6920f1c2a1b2c3d4e5f60799',
    description: 'On this server; takes the access token as every route does',
  })
  url: string;
}

export function toMediaView(attachment: Attachment): MediaView {
  const { hasThumbnail, ...told } = toAttachment(attachment);
  const url = mediaUrl(told.id);
  return { ...told, ...(hasThumbnail && { thumbnailUrl: `${url}/thumbnail` }), url };
}

/** What is kept where it is attached: without what is the feature's own. */
export function toAttachment(media: Attachment): Attachment {
  const { id, kind, mimeType, size, name, width, height, durationMs, waveform, hasThumbnail } = media;
  return {
    id,
    kind,
    mimeType,
    size,
    ...(name !== undefined && { name }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(durationMs !== undefined && { durationMs }),
    ...(waveform !== undefined && { waveform }),
    hasThumbnail,
  };
}
