import { createHash } from "node:crypto";

/** A script of a log: run by its hash, which the server is told first. */
export interface Script {
  readonly text: string;
  readonly sha: string;
}

/**
 * Of a topic there is a hash `m` (`e` epoch, `t` top, `b` bytes kept, `r` replication id of the server that wrote last, `c` chain of
 * earlier epochs as "epoch:end epoch:end") and a stream with ids "offset-0".
 *
 * Whoever writes to a server that was started again, or to a replica that took over, begins another epoch: what the old one
 * had lost then is known by its end. A server has another replication id whenever it becomes the primary, also once more.
 */
const STAND = `
local m, s, fresh = KEYS[1], KEYS[2], ARGV[1]
local reign = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
local function stand()
  local e, t, r, c, b = unpack(redis.call('HMGET', m, 'e', 't', 'r', 'c', 'b'))
  if e and r == reign then return e, tonumber(t), c, tonumber(b) end
  if not e then
    redis.call('DEL', s)
    e, t, c, b = fresh, '0', '', '0'
  else
    c = e .. ':' .. t .. ' ' .. c
    local kept, n = '', 0
    for part in string.gmatch(c, '%S+') do
      if n < 8 then kept = kept .. part .. ' ' end
      n = n + 1
    end
    e, c = fresh, kept
  end
  redis.call('HSET', m, 'e', e, 't', t, 'r', reign, 'c', c, 'b', b)
  return e, tonumber(t), c, tonumber(b)
end
`;

/**
 * KEYS: hash, stream, and one for the id of each message. ARGV: epoch if a new one begins, channel, command that publishes,
 * size, bytes, ttl, ttl of the hash, ttl of an id, and of each message: packet, from, "1" where it has an id. Answers the epoch, why
 * something could not be published ('' where all was), and the place of each message.
 *
 * What it reads first, then what it writes, and what it publishes last: nothing that fails leaves half of it behind.
 */
export const APPEND: Script = script(`${STAND}
local channel, publish = ARGV[2], ARGV[3]
local size, most, ttl, long, dedupe = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
local known = {}
for i = 9, #ARGV, 3 do
  local key = KEYS[(i - 9) / 3 + 3]
  if ARGV[i + 2] == '1' then known[key] = redis.call('GET', key) end
end
local e, t, c, b = stand()
local n = redis.call('XLEN', s)
if n == 0 then b = 0 end
local out, told = { e, '' }, {}
for i = 9, #ARGV, 3 do
  local packet, from, key = ARGV[i], ARGV[i + 1], KEYS[(i - 9) / 3 + 3]
  local hasId = ARGV[i + 2] == '1'
  local there = hasId and known[key]
  if there and string.match(there, '^%S+ %d+$') then
    out[#out + 1] = there
  else
    t = t + 1
    b = b + #packet
    n = n + 1
    local offset = string.format('%.0f', t)
    redis.call('XADD', s, offset .. '-0', 'p', packet, 'f', from)
    if hasId then
      known[key] = e .. ' ' .. offset
      redis.call('SET', key, known[key], 'PX', dedupe)
    end
    told[#told + 1] = 'r ' .. e .. ' ' .. offset .. ' ' .. from .. '\\n' .. packet
    out[#out + 1] = offset
  end
end
while n > size or b > most do
  local first = redis.call('XRANGE', s, '-', '+', 'COUNT', 1)[1]
  if not first then break end
  b = b - #first[2][2]
  n = n - 1
  redis.call('XDEL', s, first[1])
end
redis.call('HSET', m, 't', string.format('%.0f', t), 'b', b)
redis.call('PEXPIRE', s, ttl)
redis.call('PEXPIRE', m, long)
for i = 1, #told do
  local done = redis.pcall(publish, channel, told[i])
  if type(done) == 'table' and done.err then out[2] = done.err end
end
return out
`);

/** KEYS: hash, stream. ARGV: epoch if a new one begins, offset, messages, bytes, ttl of the hash. */
export const READ: Script = script(`${STAND}
local after, messages, bytes, long = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local e, t, c = stand()
redis.call('PEXPIRE', m, long)
local found, limited, sum = {}, '0', 0
if messages > 0 then
  local entries = redis.call('XREVRANGE', s, '+', '(' .. after .. '-0', 'COUNT', messages + 1)
  for i = 1, #entries do
    sum = sum + #entries[i][2][2]
    if i > messages or sum > bytes then
      limited = '1'
      break
    end
    found[#found + 1] = entries[i]
  end
end
return { e, string.format('%.0f', t), c, limited, found }
`);

/**
 * KEYS: hash, stream. ARGV: epoch that then begins, channel, command that publishes, ttl of the hash, and where somebody saw a
 * message: epoch, offset. Where the log goes on from that epoch without it, it goes on from none. Answers as the second of APPEND.
 */
export const SEVER: Script = script(`${STAND}
local channel, publish, long, lost, offset = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local e, t, c = stand()
redis.call('PEXPIRE', m, long)
for name, last in string.gmatch(c, '(%S+):(%d+)') do
  if name == lost and tonumber(last) < offset then
    redis.call('HSET', m, 'e', fresh, 'c', '')
    local done = redis.pcall(publish, channel, 'n ' .. fresh)
    return type(done) == 'table' and done.err or ''
  end
end
return ''
`);

/**
 * Of an idempotent request there is a hash: `p` print of its payload, `o` owner, `u` until when its lease lasts, and in its place
 * `a` the answer. KEYS: the hash. ARGV: print, owner, lease, ttl. Answers the state and, of an answer, that.
 */
export const CLAIM: Script = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local p, u, a = unpack(redis.call('HMGET', KEYS[1], 'p', 'u', 'a'))
if not p then
  redis.call('HSET', KEYS[1], 'p', ARGV[1], 'o', ARGV[2], 'u', string.format('%.0f', now + ARGV[3]))
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
  return { 'mine', '' }
end
if p ~= ARGV[1] then return { 'other', '' } end
if a then return { 'answered', a } end
if tonumber(u) > now then return { 'running', '' } end
return { 'lost', '' }
`);

/** KEYS: the hash. ARGV: owner, lease. Renews the lease of what has not been answered. */
export const HOLD: Script = script(`
local o, a = unpack(redis.call('HMGET', KEYS[1], 'o', 'a'))
if o ~= ARGV[1] or a then return '0' end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'u', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2]))
return '1'
`);

/**
 * KEYS: the hash. ARGV: owner, print, ttl, answer ('' where none is kept). What the server has forgotten is written anew;
 * somebody else's is left alone.
 */
export const SETTLE: Script = script(`
local o = redis.call('HGET', KEYS[1], 'o')
if o and o ~= ARGV[1] then return '0' end
if ARGV[4] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'p', ARGV[2], 'o', ARGV[1], 'a', ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return '1'
`);

/**
 * KEYS: when a bucket will have all of its burst again. ARGV: milliseconds after which one comes back, burst. Answers the
 * milliseconds until there is one, 0 where it was taken: as `take` of `@ws-kit/rate-limit`, by this server's clock.
 */
export const TAKE: Script = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = tonumber(redis.call('GET', KEYS[1]) or '') or now
-- A server with an earlier clock may have taken over.
full = math.min(math.max(full, now), now + interval * burst)
local wait = full - now - interval * (burst - 1 + 1 / 1024)
if wait > 0 then return string.format('%.3f', wait) end
full = full + interval
redis.call('SET', KEYS[1], string.format('%.3f', full), 'PX', string.format('%.0f', math.ceil(full - now)))
return '0'
`);

export const RECORD_SCRIPTS: readonly Script[] = [APPEND, READ, SEVER];

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** KEYS: leases. ARGV: node, milliseconds, "1" where it begins. Answers null where it has ended, else every node and what is left. */
export const RENEW: Script = script(`${NOW}
if ARGV[3] ~= '1' then
  local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if not ends or tonumber(ends) <= now then return false end
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 2, #all, 2 do all[i] = string.format('%.0f', all[i] - now) end
return all
`);

/** KEYS: leases. ARGV: node, milliseconds. Of a lease that is there, it ends then. */
export const RELEASE: Script = script(`${NOW}
return redis.call('ZADD', KEYS[1], 'XX', string.format('%.0f', now + ARGV[2]), ARGV[1])
`);

// As one answers in any version of the protocol: a list, of a hash with fields and values in turn.
/** KEYS: a hash, leases. Of a node without a lease nothing is answered, and it is taken away: nobody else would do that. */
export const ENTRIES: Script = script(`
local all = redis.call('HGETALL', KEYS[1])
local leased, found = {}, {}
for i = 1, #all, 2 do
  local node = string.match(all[i], '^[^:]*')
  if leased[node] == nil then leased[node] = redis.call('ZSCORE', KEYS[2], node) and true end
  if leased[node] then
    found[#found + 1] = all[i]
    found[#found + 1] = all[i + 1]
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return found
`);
/** KEYS: a set. */
export const NAMES: Script = script("return redis.call('SMEMBERS', KEYS[1])");

/** KEYS: a hash. ARGV: how the fields begin that are taken away. */
export const DROP: Script = script(`
local begin = ARGV[1]
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, #begin) == begin then redis.call('HDEL', KEYS[1], field) end
end
`);

export const MEMBER_SCRIPTS: readonly Script[] = [RENEW, RELEASE, ENTRIES, NAMES, DROP];

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
