import type { ServerEventName } from '../../../src/realtime/socket-events.js';
import type { TestUser } from '../create-test-app.js';
import type { Scene } from './access-scene.js';
import type { Name } from './access-world.js';

/** Those who try what is not theirs, and who of the cast plays them. */
export const OUTSIDERS = {
  /** Has nothing to do with anybody. */
  stranger: 'eve',
  /** Was removed from the group. */
  exMember: 'cat',
  /** Is in the group, without a role. */
  member: 'bob',
  /** Where a row makes Pat one: for what only the owner may. */
  admin: 'pat',
  /** Has a direct chat with Ann, who has blocked them since. */
  blocked: 'blo',
} as const satisfies Record<string, Name>;

export type Outsider = keyof typeof OUTSIDERS;

/** Something that an outsider may do after all. */
export interface Allowed {
  why: string;
  /** Words that must be in the answer: of what they may know. */
  sees?: string;
  /** Others are meant to see what becomes of it: their documents change, and they hear of it. */
  isShared?: boolean;
}

/** The code of the refusal, or why it is allowed. */
export type Expectation = string | Allowed;

export function may(why: string, rest: Omit<Allowed, 'why'> = {}): Allowed {
  return { why, ...rest };
}

/** What is said to the server: over REST or, with `payload` alone, by an event. */
export interface Asked {
  params?: Record<string, string>;
  /** `?limit=1` */
  query?: string;
  body?: object;
  file?: Buffer;
  payload?: unknown;
  /** The id of what they must not see, where it is not the first that they name. */
  hidden?: string;
  /** Who may, where it is somebody made for this. */
  by?: TestUser;
}

/** One deed, who may do it, and what all others meet. */
export interface Row {
  /** `PATCH /api/chats/{id}`, or the name of an event. */
  target: string;
  about?: string;
  /** Makes what is needed, anew for each who asks, and says how they ask. */
  ask: (scene: Scene, who: TestUser) => Asked | Promise<Asked>;
  /** Who may: Ann, unless somebody else is named. */
  by?: Name;
  outsiders: Partial<Record<Outsider, Expectation>>;
  /** Who hears which event in the end: that it got out, and that those who hear nothing were not asked too early. */
  told?: [Name, ServerEventName];
  /** Needs no token; why. */
  isPublic?: string;
  /** Ends what would go on. */
  after?: (scene: Scene) => Promise<unknown>;
}

/** What is only ever about whoever asks: nobody can be named in it, so nobody has to be refused. */
export function own(target: string, why: string, ask: Row['ask'] = () => ({})): Row {
  return { target, ask, outsiders: { stranger: may(why), exMember: may(why) } };
}
