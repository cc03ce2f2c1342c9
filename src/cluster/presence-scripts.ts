import { NODE_LEASE_MS, NOW } from './node-scripts.js';

/*
 * What Redis does for `PresenceLeases`, each step whole or not at all. KEYS: the leases of the nodes, the users of this node, and
 * the beginning of the keys that hold the nodes of each user. ARGV: the node, and users.
 */

/** Answers those who were on no node before. */
export const HOLD = `
local first = {}
for place = 2, #ARGV do
  local holders = KEYS[3] .. ARGV[place]
  redis.call('sadd', KEYS[2], ARGV[place])
  if redis.call('sadd', holders, ARGV[1]) == 1 and redis.call('scard', holders) == 1 then
    first[#first + 1] = ARGV[place]
  end
end
${NOW}
redis.call('zadd', KEYS[1], 'NX', now + ${NODE_LEASE_MS}, ARGV[1])
return first`;

/** Answers those who are on no node any more; also those of whom nothing was known, as Redis was away when they came. */
export const RELEASE = `
local last = {}
for place = 2, #ARGV do
  local holders = KEYS[3] .. ARGV[place]
  redis.call('srem', KEYS[2], ARGV[place])
  redis.call('srem', holders, ARGV[1])
  if redis.call('exists', holders) == 0 then last[#last + 1] = ARGV[place] end
end
return last`;

/** Takes some users from a dead node: how many, and those who are on no other. Nothing if it has come back. */
export const EMPTY = `${NOW}
local lease = redis.call('zscore', KEYS[1], ARGV[1])
if lease and tonumber(lease) >= now then return {0, {}} end
local users = redis.call('spop', KEYS[2], ARGV[2])
local offline = {}
for _, user in ipairs(users) do
  local holders = KEYS[3] .. user
  redis.call('srem', holders, ARGV[1])
  if redis.call('exists', holders) == 0 then offline[#offline + 1] = user end
end
return {#users, offline}`;
