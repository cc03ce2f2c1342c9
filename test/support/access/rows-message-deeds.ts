import { may, type Row } from './access-row.js';
import type { Scene } from './access-scene.js';
import { SECRET } from './access-world.js';

const NOBODY = { stranger: 'NOT_FOUND', exMember: 'NOT_FOUND', blocked: 'NOT_FOUND' } as const;
const OWN_MARK = may('what they make of their past for themselves');

const at = (id: string, rest: object = {}) => ({ params: { id }, ...rest });

interface Deed {
  target: string;
  rest?: object;
  by?: 'ann' | 'bob';
  of?: 'message' | 'ofAnn' | 'poll';
  /** What somebody meets who was in the group when an earlier one was sent. */
  past: Row['outsiders']['exMember'];
  member?: Row['outsiders']['member'];
  told?: Row['told'];
}

const DEEDS: Deed[] = [
  {
    target: 'PATCH /api/messages/{id}',
    of: 'ofAnn',
    rest: { body: { text: `${SECRET} again` } },
    past: 'FORBIDDEN',
    member: 'FORBIDDEN',
    told: ['bob', 'message_edited'],
  },
  { target: 'GET /api/messages/{id}/edits', past: may('what it said until they were removed') },
  {
    target: 'PUT /api/messages/{id}/reaction',
    rest: { body: { emoji: '🔥' } },
    past: 'FORBIDDEN',
    by: 'bob',
  },
  { target: 'DELETE /api/messages/{id}/reaction', past: 'FORBIDDEN', by: 'bob' },
  { target: 'PUT /api/messages/{id}/star', past: OWN_MARK },
  { target: 'DELETE /api/messages/{id}/star', past: OWN_MARK },
  { target: 'PUT /api/messages/{id}/pin', past: 'FORBIDDEN', told: ['bob', 'message_pinned'] },
  { target: 'DELETE /api/messages/{id}/pin', past: 'FORBIDDEN', told: ['bob', 'message_pinned'] },
  { target: 'GET /api/messages/{id}/info', of: 'ofAnn', past: 'FORBIDDEN' },
  { target: 'GET /api/messages/{id}/trace', of: 'ofAnn', past: 'FORBIDDEN', member: 'FORBIDDEN' },
];

/** One message of the group: as it came behind the removal, and one of the time before. */
export const MESSAGE_DEEDS: Row[] = DEEDS.flatMap(({ target, rest, by, of, past, member, told }) => [
  {
    target,
    ask: (scene: Scene) => at(scene[of ?? 'message'].id, rest),
    ...(by && { by }),
    outsiders: { ...NOBODY, ...(member && { member }) },
    ...(told && { told }),
  },
  {
    target,
    about: 'of the time before',
    ask: (scene: Scene) => at(of ? scene.pastOfAnn.id : scene.past.id, rest),
    ...(by && { by }),
    outsiders: { stranger: 'NOT_FOUND', blocked: 'NOT_FOUND', ...(past && { exMember: past }) },
  } satisfies Row,
]);
