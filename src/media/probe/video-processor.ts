import { join } from 'node:path';

import { Injectable, Logger } from '@nestjs/common';

import { Ffmpeg } from './ffmpeg.js';
import { ImageProcessor } from './image-processor.js';

const MAX_PROBE_BYTES = 256 * 1024;
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
/** The longer side of the frame that a thumbnail is made of. */
const FRAME = 640;

export interface ProcessedVideo {
  path: string;
  thumbnailPath?: string;
  width: number;
  height: number;
  durationMs?: number;
}

interface ProbedStream {
  codec_type?: string;
  width?: number;
  height?: number;
  side_data_list?: { rotation?: number }[];
}

/** Looks into videos and clears them of what was written beside the picture. Needs ffmpeg. */
@Injectable()
export class VideoProcessor {
  private readonly logger = new Logger(VideoProcessor.name);

  constructor(
    private readonly ffmpeg: Ffmpeg,
    private readonly images: ImageProcessor,
  ) {}

  get isThere(): boolean {
    return this.ffmpeg.isThere;
  }

  /** `null`: it can't be read. The picture itself is not coded anew. */
  async process(
    path: string,
    { mimeType, demuxer }: { mimeType: string; demuxer: string },
    folder: string,
  ): Promise<ProcessedVideo | null> {
    const input = ['-f', demuxer, '-i', `file:${path}`];
    try {
      const found = await this.look(input);
      const output = join(folder, 'video');
      const copied = [
        '-map',
        '0:v:0',
        '-map',
        '0:a?',
        '-c',
        'copy',
        '-map_metadata',
        '-1',
        '-map_chapters',
        '-1',
      ];
      const nothing = () => undefined;
      await this.ffmpeg.run(
        'ffmpeg',
        ['-nostdin', ...input, ...copied, ...muxer(mimeType), `file:${output}`],
        nothing,
      );
      const thumbnailPath = await this.frame(input, found.durationMs, folder);
      return { ...found, path: output, ...(thumbnailPath !== null && { thumbnailPath }) };
    } catch (error) {
      this.logger.debug(`not a video that can be read: ${String(error)}`);
      return null;
    }
  }

  private async look(input: string[]): Promise<{ width: number; height: number; durationMs?: number }> {
    const shown = [
      '-of',
      'json',
      '-show_entries',
      'format=duration:stream=codec_type,width,height:stream_side_data',
    ];
    const json = await this.ffmpeg.output('ffprobe', [...input, ...shown], MAX_PROBE_BYTES);
    const found = JSON.parse(json.toString('utf8')) as {
      streams?: ProbedStream[];
      format?: { duration?: string };
    };
    const video = found.streams?.find(({ codec_type: type }) => type === 'video');
    const { width = 0, height = 0, side_data_list: sideData = [] } = video ?? {};
    if (width < 1 || height < 1) throw new Error('there is no picture in it');
    const isTurned = sideData.some(({ rotation = 0 }) => Math.abs(rotation % 180) === 90);
    const seconds = Number(found.format?.duration);
    return {
      ...(isTurned ? { width: height, height: width } : { width, height }),
      ...(seconds > 0 && { durationMs: Math.round(seconds * 1000) }),
    };
  }

  /** A second in, or in the middle of a shorter one: the very first frame is often black. */
  private async frame(input: string[], durationMs = 0, folder: string): Promise<string | null> {
    const at = String(Math.min(1, durationMs / 2000));
    const scale = `scale=w=${FRAME}:h=${FRAME}:force_original_aspect_ratio=decrease`;
    const written = ['-frames:v', '1', '-vf', scale, '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'];
    const args = ['-nostdin', '-threads', '1', '-ss', at, ...input, ...written];
    try {
      const png = await this.ffmpeg.output('ffmpeg', args, MAX_FRAME_BYTES);
      return await this.images.thumbnail(png, folder);
    } catch (error) {
      this.logger.debug(`no frame: ${String(error)}`);
      return null;
    }
  }
}

/** The same container again; the index of an MP4 in front, so that it plays while it loads. */
function muxer(mimeType: string): string[] {
  if (mimeType === 'video/webm') return ['-f', 'webm'];
  const format = mimeType === 'video/quicktime' ? 'mov' : mimeType === 'video/3gpp' ? '3gp' : 'mp4';
  return ['-movflags', '+faststart', '-f', format];
}
