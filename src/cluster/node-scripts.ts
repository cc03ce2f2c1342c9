/*
 * The steps of `ClusterNodes` that have to be one. A node is a member of a sorted set, its score the moment
 * until which its lease holds, by the clock of Redis.
 */

export const NODES = 'parley:nodes';

/** A node that has not been heard of for so long is dead. */
export const NODE_LEASE_MS = 5000;

/** For other scripts too. */
export const NOW = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** Renews a lease: whether the node was unknown, and whether others had begun to see to its end. */
export const BEAT = `${NOW}
local added = redis.call('zadd', KEYS[1], now + ARGV[2], ARGV[1])
return {added, redis.call('del', KEYS[2])}`;

export const LIVING = `${NOW}
return redis.call('zrangebyscore', KEYS[1], now, '+inf')`;

/** A node whose lease has run out, for who asks first; the others have to wait. */
export const OVERDUE = `${NOW}
local found = redis.call('zrangebyscore', KEYS[1], '-inf', '(' .. now, 'WITHSCORES', 'LIMIT', 0, 1)
if #found == 0 then return false end
local claim = KEYS[2] .. found[1]
if redis.call('set', claim, ARGV[1], 'NX', 'PX', ARGV[2]) == false then
  if redis.call('get', claim) ~= ARGV[1] then return false end
  redis.call('pexpire', claim, ARGV[2])
end
redis.call('set', KEYS[3] .. found[1], 1, 'PX', 3600000)
return found`;

/** Unless it has come back meanwhile. */
export const FORGET = `${NOW}
local lease = redis.call('zscore', KEYS[1], ARGV[1])
if lease and tonumber(lease) < now then redis.call('zrem', KEYS[1], ARGV[1]) end
return 1`;
