/** Steps of a waveform. */
export const WAVEFORM_STEPS = 64;
/** What the sound is decoded to: enough for its loudness. */
export const SAMPLE_RATE = 4000;
/** Samples of which one loudness is kept while reading. */
const WINDOW = 200;
/** Three hours; what is longer shows its beginning. */
export const MAX_WAVEFORM_SECONDS = 3 * 3600;

/** Takes signed 16-bit samples piece by piece, and keeps a number per twentieth of a second. */
export class WaveformMeter {
  private readonly peaks: number[] = [];
  private peak = 0;
  private inWindow = 0;
  private samples = 0;
  private rest: Buffer = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % 2);
    for (let at = 0; at < whole; at += 2) this.addSample(Math.abs(bytes.readInt16LE(at)));
    this.rest = bytes.subarray(whole);
  }

  get durationMs(): number {
    return Math.round((this.samples / SAMPLE_RATE) * 1000);
  }

  /** The loudest of each step, where the loudest of all is 100; zeros for silence. */
  steps(): number[] {
    const peaks = this.inWindow > 0 ? [...this.peaks, this.peak] : this.peaks;
    const loudest = Math.max(1, maxOf(peaks, 0, peaks.length));
    return Array.from({ length: WAVEFORM_STEPS }, (_, step) => {
      const from = Math.floor((step * peaks.length) / WAVEFORM_STEPS);
      const to = Math.max(from + 1, Math.floor(((step + 1) * peaks.length) / WAVEFORM_STEPS));
      return Math.round((maxOf(peaks, from, to) / loudest) * 100);
    });
  }

  private addSample(loudness: number): void {
    this.samples += 1;
    this.peak = Math.max(this.peak, loudness);
    if ((this.inWindow += 1) < WINDOW) return;
    this.peaks.push(this.peak);
    this.peak = 0;
    this.inWindow = 0;
  }
}

function maxOf(values: readonly number[], from: number, to: number): number {
  let max = 0;
  for (let at = from; at < to && at < values.length; at += 1) max = Math.max(max, values[at] ?? 0);
  return max;
}
