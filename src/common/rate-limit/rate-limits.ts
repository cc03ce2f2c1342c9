/**
 * How often each action may happen: `points` per `seconds` and key. Bounds against abuse, an order of
 * magnitude above what a person or a lively client does; refused with `RATE_LIMITED` and when to retry.
 */
export const RATE_LIMITS = {
  /** Per address. Registering costs a bcrypt hash. */
  'auth.register': { points: 300, seconds: 60 },
  /** Per address and email, right or wrong. */
  'auth.login': { points: 60, seconds: 60 },
  /** Per address: guessing over many accounts. */
  'auth.login.address': { points: 600, seconds: 60 },
  'auth.refresh': { points: 60, seconds: 60 },
  'auth.password': { points: 10, seconds: 60 },
  /** Per address: handshakes of sockets. */
  connect: { points: 3000, seconds: 60 },
  /** Per user, from here on. */
  read: { points: 6000, seconds: 60 },
  write: { points: 3000, seconds: 60 },
  'users.export': { points: 20, seconds: 3600 },
  search: { points: 1200, seconds: 60 },
  'chats.create': { points: 600, seconds: 60 },
  /** By invites: whoever goes from group to group collects people. */
  'invites.join': { points: 20, seconds: 3600 },
  reports: { points: 100, seconds: 3600 },
  'media.upload': { points: 300, seconds: 60 },
  new_message: { points: 1000, seconds: 10 },
  /** Per sender: pages that a server of others is asked for on their behalf. */
  link_previews: { points: 60, seconds: 60 },
  /** Edits, deletions, reactions, pins, votes, stars. */
  change_message: { points: 1000, seconds: 10 },
  receipts: { points: 3000, seconds: 10 },
  typing: { points: 200, seconds: 10 },
  presence: { points: 100, seconds: 10 },
  new_status: { points: 200, seconds: 60 },
  view_status: { points: 1000, seconds: 10 },
  call_user: { points: 20, seconds: 60 },
  /** Accepting, rejecting, ending, resuming a call, and what its devices show of themselves. */
  calls: { points: 120, seconds: 60 },
  offers: { points: 60, seconds: 10 },
  ice_candidate: { points: 600, seconds: 10 },
  events: { points: 600, seconds: 10 },
} as const;

export type RateLimitedAction = keyof typeof RATE_LIMITS;

/**
 * What is scarce, dear, or a matter of guessing is counted to the point over all nodes, each time by a question to
 * Redis. The rest is settled between the nodes a moment later.
 */
export const EXACT_LIMITS: ReadonlySet<RateLimitedAction> = new Set([
  'auth.register',
  'auth.login',
  'auth.login.address',
  'auth.refresh',
  'auth.password',
  'connect',
  'users.export',
  'chats.create',
  'invites.join',
  'reports',
  'media.upload',
  'link_previews',
  'new_status',
  'call_user',
]);
