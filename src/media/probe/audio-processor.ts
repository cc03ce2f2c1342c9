import { Injectable, Logger } from '@nestjs/common';

import { Ffmpeg } from './ffmpeg.js';
import { MAX_WAVEFORM_SECONDS, SAMPLE_RATE, WaveformMeter } from './waveform.js';

/** Measures sound, where ffmpeg is there. */
@Injectable()
export class AudioProcessor {
  private readonly logger = new Logger(AudioProcessor.name);

  constructor(private readonly ffmpeg: Ffmpeg) {}

  /** `null` where it can't be measured; the sound itself is kept all the same. */
  async measure(path: string, demuxer: string): Promise<{ waveform: number[]; durationMs: number } | null> {
    if (!this.ffmpeg.isThere) return null;
    const meter = new WaveformMeter();
    const length = ['-t', String(MAX_WAVEFORM_SECONDS)];
    const decoded = ['-map', '0:a:0', '-ac', '1', '-ar', String(SAMPLE_RATE), '-f', 's16le', 'pipe:1'];
    try {
      await this.ffmpeg.run(
        'ffmpeg',
        ['-nostdin', '-f', demuxer, '-i', `file:${path}`, ...length, ...decoded],
        (chunk) => meter.add(chunk),
      );
    } catch (error) {
      this.logger.debug(`no waveform: ${String(error)}`);
      return null;
    }
    return meter.durationMs === 0 ? null : { waveform: meter.steps(), durationMs: meter.durationMs };
  }
}
