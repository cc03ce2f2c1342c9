/**
 * How often each action may happen: `points` per `seconds` and key. Bounds against abuse, an order of
 * magnitude above what a person or a lively client does; refused with `RATE_LIMITED` and when to retry.
 * What is scarce, dear, or a matter of guessing is exact: counted to the point over all nodes, each time by a question
 * to Redis or the primary of the workers. The rest is settled between the nodes a moment later.
 */
export const RATE_LIMITS = {
  /** Per address. Registering costs a bcrypt hash. */
  'auth.register': { points: 300, seconds: 60, isExact: true },
  /** Per address and email, right or wrong. */
  'auth.login': { points: 60, seconds: 60, isExact: true },
  /** Per address: guessing over many accounts. */
  'auth.login.address': { points: 600, seconds: 60, isExact: true },
  'auth.refresh': { points: 60, seconds: 60, isExact: true },
  'auth.password': { points: 10, seconds: 60, isExact: true },
  /** Per address: handshakes of sockets. */
  connect: { points: 3000, seconds: 60, isExact: true },
  /** Per user, from here on. */
  read: { points: 6000, seconds: 60 },
  write: { points: 3000, seconds: 60 },
  'users.export': { points: 20, seconds: 3600, isExact: true },
  search: { points: 1200, seconds: 60 },
  'chats.create': { points: 600, seconds: 60, isExact: true },
  /** By invites: whoever goes from group to group collects people. */
  'invites.join': { points: 20, seconds: 3600, isExact: true },
  reports: { points: 100, seconds: 3600, isExact: true },
  'media.upload': { points: 300, seconds: 60, isExact: true },
  new_message: { points: 1000, seconds: 10 },
  /** Per sender: pages that a server of others is asked for on their behalf. */
  link_previews: { points: 60, seconds: 60, isExact: true },
  /** Edits, deletions, reactions, pins, votes, stars. */
  change_message: { points: 1000, seconds: 10 },
  receipts: { points: 3000, seconds: 10 },
  typing: { points: 200, seconds: 10 },
  presence: { points: 100, seconds: 10 },
  new_status: { points: 200, seconds: 60, isExact: true },
  view_status: { points: 1000, seconds: 10 },
  call_user: { points: 20, seconds: 60, isExact: true },
  /** Accepting, rejecting, ending, resuming a call, and what its devices show of themselves. */
  calls: { points: 120, seconds: 60 },
  offers: { points: 60, seconds: 10 },
  ice_candidate: { points: 600, seconds: 10 },
  events: { points: 600, seconds: 10 },
} as const;

export type RateLimitedAction = keyof typeof RATE_LIMITS;

/** Those marked as exact. */
export const EXACT_LIMITS: ReadonlySet<RateLimitedAction> = new Set(
  (Object.keys(RATE_LIMITS) as RateLimitedAction[]).filter((action) => 'isExact' in RATE_LIMITS[action]),
);
