import type { ErrorCode } from '../../common/errors/app-error.js';

/* What the AsyncAPI document and the page of events both say. Inline code in backticks, nothing else. */

export const INTRODUCTION =
  'One Socket.IO connection per device. Clients send events with one payload and an ack callback; the server ' +
  'sends what concerns the user, on all their devices. Events are a hint and may be lost with a connection: ' +
  'after each connect call `POST /api/sync` with the revs that you hold, and you have missed nothing.';

export const HANDSHAKE =
  'Connect with the `accessToken` of a login, in `auth.token` or in an `Authorization: Bearer` header, never in ' +
  'the address. A refused handshake is `connect_error` with `err.data = { code, message }`; no event of such a ' +
  'socket is ever handled. A socket is closed when its token ends: 60 s before, `token_expiring` says so, and ' +
  '`authenticate` with a fresh token keeps it open.';

export const ACKS =
  'Every client event is answered, once: `{ ok: true, data }`, for a write after it is stored durably, or ' +
  '`{ ok: false, error: { code, message, details?, retryAfterMs? } }`. Sent without a callback, a failure arrives as ' +
  'the event `exception`. An event that does not exist is `NOT_FOUND`; unknown fields are `VALIDATION`; what you may ' +
  'not see is `NOT_FOUND` as if it were not there. A packet over 64 KiB closes the socket.';

export const ERROR_MEANINGS = {
  VALIDATION: 'The payload breaks a rule; `details` lists field and rule',
  UNAUTHENTICATED: 'No valid token',
  TOKEN_EXPIRED: 'The token has ended: refresh it and send `authenticate`',
  FORBIDDEN: 'You may see it, not do it; or a payload claims to be from somebody else',
  NOT_FOUND: 'Not there, or not yours to see',
  CONFLICT: 'It contradicts what is there, such as another message with this `clientMessageId`',
  GONE: 'It is over',
  PAYLOAD_TOO_LARGE: 'Too large',
  UNSUPPORTED_MEDIA_TYPE: 'Of a kind that is not taken',
  BUSY: 'They are in another call',
  RATE_LIMITED: 'Too many: wait `retryAfterMs`',
  INTERNAL: 'A fault on our side, logged here',
  UNAVAILABLE: 'The database can not be reached or too much waits: try again with the same ids',
} as const satisfies Record<ErrorCode, string>;
