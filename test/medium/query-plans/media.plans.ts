import { NO_INFO } from '../../../src/chats/log/chat-profile.js';
import { AttachmentsRepository } from '../../../src/chats/log/attachments.repository.js';
import { GroupPicturesRepository } from '../../../src/chats/log/group-pictures.repository.js';
import { MediaRepository } from '../../../src/media/media.repository.js';
import type { AddPlan, Insert } from '../../support/query-plans.js';
import { rowOf } from './chat-log.plans.js';
import { chat, hex, LATER, NOW, objectId, times, user } from './ids.js';

const MEDIA = 3000;
/** Of `user(0)`. */
const OWN = 500;
const DUE = 1000;
const PICTURE_CHAT = 2000;

const ATTACHMENT = { kind: 'file' as const, mimeType: 'text/plain', size: 1, hasThumbnail: false };

export const media = (n: number) => objectId(7, n);

export function addMedia(add: AddPlan): void {
  const file = { kind: 'file' as const, mimeType: 'text/plain', size: 1, thumbnailSize: 0, createdAt: NOW };
  add(MediaRepository, 'insert', (files) =>
    files.insert({ ...file, id: hex(media(99_999)), ownerId: hex(user(9)), sweepAt: LATER }),
  );
  add(MediaRepository, 'markReady', (files) => files.markReady(hex(media(99_999)), LATER));
  add(MediaRepository, 'remove', (files) => files.remove(hex(media(99_999))));
  add(MediaRepository, 'findReady', (files) => files.findReady(hex(media(7))));
  const some = [7, 8, 9].map((n) => hex(media(n)));
  add(MediaRepository, 'findReadyOf', (files) => files.findReadyOf(hex(user(0)), some), { keys: 10 });
  add(MediaRepository, 'findReadyBehind', (files) => files.findReadyBehind(hex(user(0)), null, 100));
  add(MediaRepository, 'findReadyBehind, second page', (files) =>
    files.findReadyBehind(hex(user(0)), hex(media(250)), 100),
  );
  add(MediaRepository, 'releaseAllOf', (files) => files.releaseAllOf(hex(user(2000)), LATER));
  // Summed up in the index: bounded by the files of one user.
  add(MediaRepository, 'usage', (files) => files.usage(hex(user(0))), { keys: OWN + 10, isCovered: true });
  add(MediaRepository, 'hold', (files) => files.hold(some, LATER), { keys: 10, docs: 3 });
  add(MediaRepository, 'hold, of one owner', (files) => files.hold(some, LATER, hex(user(0))), {
    keys: 10,
    docs: 3,
  });
  add(MediaRepository, 'release', (files) => files.release(some, LATER), { keys: 10, docs: 3 });
  add(MediaRepository, 'findDue', (files) => files.findDue(NOW, 100), { docs: 100 });
  add(MediaRepository, 'condemn', (files) => files.condemn(hex(media(MEDIA - 1)), NOW, LATER));

  add(AttachmentsRepository, 'findPlaces', (attached) => attached.findPlaces(hex(media(7)), 200));
  add(AttachmentsRepository, 'findPlaces, passed on', (attached) => attached.findPlaces(hex(media(1)), 200));
  add(
    AttachmentsRepository,
    'findPlacesIn',
    (attached) =>
      attached.findPlacesIn(
        [5, 6, 7].map((n) => hex(chat(n))),
        hex(media(1)),
        200,
      ),
    { keys: 10 },
  );
  const picture = { mediaId: hex(media(20)), chatId: hex(chat(PICTURE_CHAT)), rev: 20 };
  add(GroupPicturesRepository, 'findPlaces', (pictures) =>
    pictures.findPlaces([5, 6, 7].map((n) => hex(media(n)))),
  );
  add(GroupPicturesRepository, 'findAt', (pictures) => pictures.findAt(picture.chatId, 500));
  add(GroupPicturesRepository, 'findEnd', (pictures) => pictures.findEnd(picture));

  add(AttachmentsRepository, 'findAttached', (attached) =>
    attached.findAttached([hex(media(1)), hex(media(99))]),
  );
}

export async function seedMedia(insert: Insert): Promise<void> {
  await Promise.all([
    insert(
      'Media',
      times(MEDIA, (n) => ({
        _id: media(n),
        ownerId: user(n < OWN ? 0 : n),
        state: 'ready',
        kind: 'file',
        mimeType: 'text/plain',
        size: n,
        thumbnailSize: 0,
        createdAt: NOW,
        sweepAt: n < MEDIA - DUE ? LATER : NOW,
      })),
    ),
    // A group that changes its picture often.
    insert(
      'ChatLogRow',
      times(1000, (n) => {
        const info = { ...NO_INFO, title: 'group', avatarMediaId: hex(media(n)) };
        const change = { kind: 'info' as const, lastSeq: n + 1, info, changed: ['avatarMediaId'] };
        return rowOf(PICTURE_CHAT, n + 1, { _id: objectId(71, n), type: 'system', ...change });
      }),
    ),
    // One file in many messages of many chats, and one each in others.
    insert(
      'ChatLogRow',
      times(1000, (n) =>
        rowOf(5 + n, 1, {
          _id: objectId(70, n),
          attachments: [media(1), media(n)].map((mediaId) => ({ ...ATTACHMENT, mediaId })),
        }),
      ),
    ),
  ]);
}
