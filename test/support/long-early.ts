import { readFileSync } from 'node:fs';

import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * What makes a short file long: servers, nodes or browsers of its own, for which it waits, and for time that no clock
 * moves on; or tests that are made of tables and dice.
 */
const LONG =
  /support\/(access\/access-judge|built-server|cluster|phone-shop|run-command|server-process|sync\/sync-proof)\.js'/;

/** So many others begin between two of them. */
const BETWEEN = 2;

/**
 * Files that take long begin early, so that none is left alone at the end of a run, and a few at a time: others work
 * while they wait. Otherwise the order is that of Vitest: the longest first where it knows them from a run before,
 * else the largest.
 */
export class LongEarly extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const long: TestSpecification[] = [];
    const others: TestSpecification[] = [];
    for (const file of await super.sort.call(this, files)) {
      (LONG.test(readFileSync(file.moduleId, 'utf8')) ? long : others).push(file);
    }
    const early = long.flatMap((file) => [file, ...others.splice(0, BETWEEN)]);
    return [...early, ...others];
  }
}
