import { expect } from 'vitest';

import type { TestUser } from '../create-test-app.js';
import { type Allowed, type Asked, OUTSIDERS, type Outsider, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { LATER, SECRET } from './access-world.js';
import { aboutUnknown, askAs, byRest, byUnknown, isRoute, type Outcome } from './ask-server.js';

/** Has somebody do what a row is about, and looks at what comes of it. */
export class AccessJudge {
  constructor(
    private readonly scene: Scene,
    /** A login of Ann's that has ended. */
    private readonly revoked: TestUser,
  ) {}

  /** Without a token, and with one that does not count any more. */
  async expectClosedToNobody(row: Row): Promise<void> {
    const { world } = this.scene;
    const asked = await this.asked(row, this.scene[row.by ?? 'ann']);

    if (isRoute(row)) {
      for (const headers of row.isPublic ? [] : [{}, this.revoked.auth])
        expect((await byRest(world, row, asked, headers)).code).toBe('UNAUTHENTICATED');
    } else {
      expect(await byUnknown(world, row, asked)).toEqual([]);
      expect((await byUnknown(world, row, asked, this.revoked.token)).join()).not.toContain(SECRET);
    }

    await this.expectUntouched();
    await row.after?.(this.scene);
  }

  async expectRefused(row: Row, outsider: Outsider, code: string): Promise<void> {
    const who = this.scene[OUTSIDERS[outsider]];
    const asked = await this.asked(row, who);

    const outcome = await askAs(this.scene.world, who, row, asked);

    expect(outcome).toMatchObject({ code });
    // A thing that one may not see is refused in the very words for one that is not there.
    if (code === 'NOT_FOUND' || (asked.hidden !== undefined && code === 'VALIDATION'))
      expect(outcome).toEqual(await askAs(this.scene.world, who, row, aboutUnknown(asked)));
    await this.expectUntouched();
    await row.after?.(this.scene);
  }

  async expectAllowed(row: Row, outsider: Outsider, allowed: Allowed): Promise<void> {
    const { world, [OUTSIDERS[outsider]]: who } = this.scene;
    const asked = await this.asked(row, who);

    const outcome = await askAs(world, who, row, asked);

    expect(outcome).toMatchObject({ code: 'OK' });
    expectNoLeak(outcome, outsider, allowed);
    if (!allowed.isShared) {
      expect(await world.changes(who), 'what is stored of others').toEqual([]);
      expect(await world.heard([who]), 'what others heard').toEqual([]);
    }
    await row.after?.(this.scene);
  }

  /** By who may; nobody hears of it whom it does not concern. */
  async expectDone(row: Row): Promise<void> {
    const { world, ann, bob, pat } = this.scene;
    const asked = await this.asked(row, this.scene[row.by ?? 'ann']);

    expect(await askAs(world, asked.by ?? this.scene[row.by ?? 'ann'], row, asked)).toMatchObject({
      code: 'OK',
    });

    // Whom it concerns has heard of it: it is out.
    if (row.told) await world.phone(this.scene[row.told[0]]).next(row.told[1]);
    expect(await world.heard([ann, bob, pat]), 'what outsiders heard').toEqual([]);
    await row.after?.(this.scene);
  }

  private async asked(row: Row, who: TestUser): Promise<Asked> {
    const asked = await row.ask(this.scene, who);
    await this.scene.world.freeze();
    return asked;
  }

  private async expectUntouched(): Promise<void> {
    expect(await this.scene.world.changes(), 'what is stored').toEqual([]);
    expect(await this.scene.world.heard(), 'what anybody heard').toEqual([]);
  }
}

/** Nothing private for strangers, nothing of afterwards for who was there before. */
function expectNoLeak({ text }: Outcome, outsider: Outsider, { sees }: Allowed): void {
  if (sees !== undefined) expect(text).toContain(sees);
  if (outsider === 'member' || outsider === 'admin') return;
  expect(text).not.toContain(LATER);
  if (outsider !== 'exMember' && sees !== SECRET) expect(text).not.toContain(SECRET);
}
