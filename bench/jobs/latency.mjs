import { runInTurns } from './pairs.mjs';

/** What a message takes when nothing else waits: the same pairs as in `pairs`, few and one message at a time. */
export const latency = { introduction, run };

function introduction({ pairs, inFlight, rounds, seconds, warmUp }) {
  return `${pairs} pairs, ${inFlight} in flight each; ${rounds} x ${seconds} s after ${warmUp} s warm-up.`;
}

async function run(options, placement, targets) {
  const { isFaultless, rounds } = await runInTurns(options, placement, targets);
  const both = rounds.filter(({ relay, parley }) => relay && parley);
  return {
    isFaultless,
    figures: {
      'latency.ackP50': both.map(({ parley }) => parley.ackMs.p50),
      'latency.ackP95': both.map(({ parley }) => parley.ackMs.p95),
      'latency.ratio': both.map(({ relay, parley }) => parley.ackMs.p50 / relay.ackMs.p50),
    },
  };
}
