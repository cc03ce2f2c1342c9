import { runPairs } from '../lib/pairs-load.mjs';
import { createProgress } from '../lib/progress.mjs';
import { isFaultless, ratios, reportText, summarise } from '../lib/report.mjs';
import { byRound } from '../lib/rounds.mjs';
import { number } from '../lib/table.mjs';
import { takePlaces, withServer } from '../lib/with-server.mjs';
import { writeJson } from '../lib/write-json.mjs';

/** What a message costs, target by target in turns. */
export const pairs = { introduction, run };

function introduction({ pairs: count, inFlight, receipts, rounds, seconds, warmUp }) {
  return (
    `${count} pairs, ${inFlight} in flight each, text of 100 bytes, receipts ${receipts ? 'on' : 'off'}; ` +
    `${rounds} x ${seconds} s after ${warmUp} s warm-up.`
  );
}

async function run(options, placement, targets) {
  const { isFaultless: faultless, rounds } = await runInTurns(options, placement, targets);
  const both = rounds.filter(({ relay, parley }) => relay && parley);
  const ratio = (value) => both.map(({ relay, parley }) => value(parley) / relay.serverMicros);
  return {
    isFaultless: faultless,
    figures: {
      'pairs.cpu': ratio(({ serverMicros }) => serverMicros),
      'pairs.cpuWithEngine': ratio(({ serverMicros, engineMicros }) => serverMicros + engineMicros),
      ...peers(rounds),
      'pairs.rate': both.map(({ parley }) => parley.perSecond),
    },
  };
}

/** What stands beside Parley, by the same yardstick. */
function peers(rounds) {
  const toRelay = (name) =>
    rounds
      .filter((round) => round.relay && round[name])
      .map((round) => round[name].serverMicros / round.relay.serverMicros);
  return { 'pairs.ejabberd': toRelay('ejabberd'), 'pairs.ejabberdArchive': toRelay('ejabberd-archive') };
}

/** The load itself, with its report; `rounds` has one object per round with a result of each target. */
export async function runInTurns(options, placement, targets) {
  const names = present(options.targets, targets);
  const rounds = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const name of names) {
      const progress = createProgress(`round ${round} of ${options.rounds}, ${name}`);
      const result = await runOnce(targets[name], options, placement, progress);
      progress(`${number(result.perSecond)} msg/s, server ${number(result.serverMicros, 1)} µs/msg`, true);
      rounds.push({ round, target: name, result });
    }
  }
  const summary = summarise(rounds);
  console.log(`\n${reportText(summary, placement)}`);
  if (options.json) {
    await writeJson(options.json, { options, placement, rounds, summary, ratios: ratios(summary) });
  }
  return { isFaultless: isFaultless(summary), rounds: byRound(rounds) };
}

/** Peers are there on few machines: without them the others are measured all the same. */
function present(names, targets) {
  return names.filter((name) => {
    const missing = targets[name].missing?.();
    if (missing) console.log(`${name} is left out, as it is not installed (${missing}).`);
    return !missing;
  });
}

/** A fresh server each time, so that no round inherits another's heap, data or connections. */
function runOnce(target, options, placement, progress) {
  progress('starting');
  return withServer(
    target.name,
    () => target.start(options),
    placement,
    async (started) => {
      const chats = await target.openChats(started, options.pairs, progress);
      const { readCpu } = takePlaces(started.server, placement);
      progress(`${options.warmUp} s warm-up, then ${options.seconds} s measured`);
      const result = await runPairs(target, chats, options, readCpu);
      for (const { sender, receiver } of chats) {
        sender.disconnect();
        receiver.disconnect();
      }
      return result;
    },
  );
}
