export const HELP = `Load tests of Parley, side by side with a tutorial relay or the bare database driver on the same machine.

  node bench/run.mjs [job] [options]        (npm run bench -- [job] [options])

Jobs
  pairs      senders and receivers in pairs, closed loop (the default)
  latency    the same, few pairs with one message in flight each
  group      one member of a large group writes, all others listen
  connects   users connect, with login, and then hold an idle connection
  presence   one user comes and goes while few or many others are online
  history    pages out of a long chat over REST
  chats      the list of somebody with many chats
  sync       catching up after many missed messages
  scale      messages among few and among many chats and users
  all        all of these but presence, with the figures in one table

What is measured (defaults in brackets)
  --pairs N        sender and receiver pairs: pairs (100), latency (10)
  --in-flight N    on the way at a time: pairs (8 per sender), latency (1 per sender), group (4), history (4),
                   chats and sync (1), scale (400 in all); connects: handshakes (32)
  --receipts       receivers confirm each delivery: pairs, latency (Parley only; the relay has no receipts)
  --workers N      processes that serve: pairs (1; Parley only, and with more nobody has a core to itself)
  --members N      members of the group (200)
  --online LIST    users online: connects (5000, the last one counts), presence (100,10000, one after the other)
  --messages N     messages to read from: history (100000), sync (1000)
  --chats N        chats of the list (500)
  --users LIST     as many chats as users: scale (100,10000)
  --targets LIST   what to measure, in turn: pairs, latency, group, connects (relay,parley); pairs and
                   latency also ejabberd and ejabberd-archive, where installed

How
  --rounds N            how often; the report gives medians (2; history, chats, sync: 3)
  --seconds N           measured time per round (15; group 10; history, chats, sync 8); connects: of silence (20);
                        presence: per count of --online (25, the server's ping interval)
  --warm-up N           seconds of load before that (3; presence 15)
  --engine-core WHERE   auto, server, generator, all or a core number (auto: a third core, or the generator's
                        where there are two)
  --entry FILE          another build of Parley (dist/main.js)
  --json FILE           write all rounds of a job to FILE
  --help                this text

Options of all
  --quick        smaller and shorter: about a quarter of the time, and rougher
  --jobs LIST    only these
  --publish      write docs/performance.md and docs/performance.svg as well as bench/results/latest.json
  --check        measure with --quick, compare the ratios with bench/baseline.json and fail when one of them is
                 more than 25 % worse
  --save         with --quick: write bench/baseline.json

Exit code: 0; 1 when a message was lost, doubled, reordered, refused or not acked, a coming or going was not heard
exactly once, or a ratio got worse; 2 for a wrong call.
`;
