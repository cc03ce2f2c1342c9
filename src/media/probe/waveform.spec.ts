import { describe, expect, it } from 'vitest';

import { SAMPLE_RATE, WAVEFORM_STEPS, WaveformMeter } from './waveform.js';

function sound(seconds: number, loudnessAt: (part: number) => number): Buffer {
  const samples = new Int16Array(seconds * SAMPLE_RATE);
  for (let at = 0; at < samples.length; at += 1) {
    samples[at] = (at % 2 ? 1 : -1) * loudnessAt(at / samples.length);
  }
  return Buffer.from(samples.buffer);
}

describe('WaveformMeter', () => {
  it('should show where it is loud, the loudest as 100', () => {
    const meter = new WaveformMeter();
    meter.add(sound(8, (part) => (part < 0.5 ? 1000 : 4000)));

    const steps = meter.steps();

    expect(steps).toHaveLength(WAVEFORM_STEPS);
    expect(steps.slice(0, 31)).toEqual(Array.from({ length: 31 }, () => 25));
    expect(steps.slice(32)).toEqual(Array.from({ length: 32 }, () => 100));
    expect(meter.durationMs).toBe(8000);
  });

  it('should not mind how the bytes are cut', () => {
    const whole = new WaveformMeter();
    const pieces = new WaveformMeter();
    const bytes = sound(2, (part) => Math.round(part * 30_000));
    whole.add(bytes);
    for (let at = 0; at < bytes.length; at += 777) pieces.add(bytes.subarray(at, at + 777));

    expect(pieces.steps()).toEqual(whole.steps());
    expect(pieces.durationMs).toBe(whole.durationMs);
  });

  it('should be flat for silence, and for nothing', () => {
    const silence = new WaveformMeter();
    silence.add(sound(1, () => 0));
    const zeros = Array.from({ length: WAVEFORM_STEPS }, () => 0);

    expect(silence.steps()).toEqual(zeros);
    expect(new WaveformMeter().steps()).toEqual(zeros);
  });

  it('should fill every step of a very short sound', () => {
    const meter = new WaveformMeter();
    meter.add(sound(0.1, () => 500));

    expect(meter.steps()).toEqual(Array.from({ length: WAVEFORM_STEPS }, () => 100));
  });
});
