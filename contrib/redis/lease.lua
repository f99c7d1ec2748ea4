-- Leases turns of one key: the arithmetic is that of the account of ratelimit.NewMemoryStore.
--
-- KEYS[1] is a hash. Its field "account" has the state, "why" the reason of the pause, and
-- "m:" and a name a member. Times are in seconds, by the clock of this server.
local ask = {
  member = ARGV[1], id = ARGV[2], life = ARGV[3], fresh = ARGV[4], void = tonumber(ARGV[5]), jump = tonumber(ARGV[6]),
  want = tonumber(ARGV[7]), spare = tonumber(ARGV[8]), back = tonumber(ARGV[9]), leave = ARGV[10] == '1',
  horizon = tonumber(ARGV[11]), passed = tonumber(ARGV[12]), refused = ARGV[13] == '1', count = tonumber(ARGV[14]),
  hint = tonumber(ARGV[15]), ago = tonumber(ARGV[16]), why = ARGV[17],
  lastMembers = tonumber(ARGV[18]), lastEpoch = tonumber(ARGV[19]), lastRate = tonumber(ARGV[20]),
  channel = ARGV[21], name = ARGV[22], keep = tonumber(ARGV[23]), alone = tonumber(ARGV[24]),
  away = tonumber(ARGV[25]), window = tonumber(ARGV[26]),
  slip = tonumber(ARGV[27]), moved = tonumber(ARGV[28]), known = {},
}
for i = 29, #ARGV, 2 do
  ask.known[#ask.known + 1] = { per = tonumber(ARGV[i]), burst = tonumber(ARGV[i + 1]) }
end

local silent, expired, rejoin = 0.5, 30, 2
local startShare, rampTwice, rampAhead, rampCut = 0.5, 0.4, 0.05, 0.6
local holdCut, holdGrowth, holdEach, holdLong = 0.95, 0.02, 5, 20
local floor, ceiling, brief, never = 0.1, 1e6, 1, -1e300

local max, min = math.max, math.min
local clock = redis.call('TIME')
local now = tonumber(clock[1]) + tonumber(clock[2]) / 1e6

-- Nobody waits for what runs after this time. At the first contact it is 0, and the asker
-- learns the time, and whether it may publish.
if now > ask.void then
  if ask.void == 0 and ask.channel ~= '' then
    redis.call('PUBLISH', ask.channel, '')
  end
  return { 'void', clock[1], clock[2] }
end

local function micros(s) return math.ceil(s * 1e6) end

local function lowest(rates)
  local least = math.huge
  for _, r in ipairs(rates) do least = min(least, r.per) end
  return least
end

local a, members, gone = nil, {}, {}

-- What an account has, besides its life, its tokens, and the reason of its pause. The phase
-- is 0 without a limit, 1 while the limit is looked for, and 2 when one was found. The last
-- six are the attempts that the server accepted in the last second and minute.
local fields = { 'at', 'spaced', 'pauseAt', 'epoch', 'phase', 'learned', 'since', 'cut', 'period', 'ghosts', 'ghostly', 'moved', 'filled',
  'begun1', 'this1', 'before1', 'begun60', 'this60', 'before60' }

local function parse(text)
  local parts = {}
  for part in string.gmatch(text, '%S+') do parts[#parts + 1] = part end
  local account = { life = parts[1], why = '', tokens = {} }
  for i, field in ipairs(fields) do
    account[field] = tonumber(parts[i + 1])
    if not account[field] then return nil end
  end
  for i = #fields + 2, #parts do
    account.tokens[#account.tokens + 1] = tonumber(parts[i])
  end
  return account
end

local function load()
  local hash, why = redis.call('HGETALL', KEYS[1]), ''
  for i = 1, #hash, 2 do
    local field, value = hash[i], hash[i + 1]
    if field == 'account' then
      a = parse(value)
    elseif field == 'why' then
      why = value
    elseif string.sub(field, 1, 2) == 'm:' then
      local seen, used, away, id = string.match(value, '^(%S+) (%S+) (%S+) (%S+)$')
      if seen then
        members[string.sub(field, 3)] = { seen = tonumber(seen), used = tonumber(used), away = away == '1', id = id }
      end
    end
  end
  if a then a.why = why else members = {} end
end

local function save(self)
  local parts = { a.life }
  for _, field in ipairs(fields) do parts[#parts + 1] = string.format('%.17g', a[field]) end
  for _, tokens in ipairs(a.tokens) do parts[#parts + 1] = string.format('%.17g', tokens) end
  local entry = string.format('%.17g %.17g %s %s', self.seen, self.used, self.away and '1' or '0', ask.id)
  redis.call('HSET', KEYS[1], 'account', table.concat(parts, ' '), 'why', a.why, 'm:' .. ask.member, entry)
  if ask.leave then gone[#gone + 1] = 'm:' .. ask.member end
  if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ask.keep + max(0, a.pauseAt - now) * 1000))
end

local function create()
  a = { life = ask.fresh, at = now, spaced = 0, pauseAt = 0, why = '', epoch = 0, phase = 0, learned = 0, since = 0,
    cut = never, period = 1, ghosts = 0, ghostly = 0, moved = 0, filled = now, tokens = {},
    begun1 = now, this1 = 0, before1 = 0, begun60 = now, this60 = 0, before60 = 0 }
  if ask.lastMembers == 0 then
    for i, r in ipairs(ask.known) do a.tokens[i] = r.burst end
    return
  end
  -- The tokens may have been used, and turns reserved as far as the horizon.
  for i, r in ipairs(ask.known) do a.tokens[i] = -max(0, ask.horizon - ask.away) * r.per end
  a.ghosts, a.ghostly, a.epoch = ask.lastMembers, now + rejoin, ask.lastEpoch
  if ask.lastRate > 0 and ask.lastRate < lowest(ask.known) then
    a.phase, a.learned, a.since = 2, ask.lastRate, now
  end
end

-- Moves all times after the clock was set.
local function move(by)
  a.filled = a.filled + by
  a.at, a.since, a.cut, a.ghostly, a.pauseAt = a.at + by, a.since + by, a.cut + by, a.ghostly + by, a.pauseAt + by
  for _, m in pairs(members) do m.seen = m.seen + by end
end

local function size()
  local n = 0
  for _ in pairs(members) do n = n + 1 end
  return n
end

local function join()
  local m = members[ask.member]
  if not m then
    m = { seen = now, used = 0, id = '' }
    members[ask.member] = m
    a.ghosts = max(0, a.ghosts - 1)
  end
  if now > a.ghostly then a.ghosts = 0 end
  m.used = m.used * math.exp(m.seen - now)
  m.away = ask.away > 0
  return m
end

-- The attempts that the server accepted in the last span of 1 or 60 seconds.
local function roll(span)
  local age = now - a['begun' .. span]
  if age >= 2 * span or age < 0 then
    a['begun' .. span], a['this' .. span], a['before' .. span] = now, 0, 0
  elseif age >= span then
    a['begun' .. span], a['this' .. span], a['before' .. span] = a['begun' .. span] + span, 0, a['this' .. span]
  end
end

local function accept(span, n)
  roll(span)
  a['this' .. span] = a['this' .. span] + max(0, n)
end

local function accepted(span)
  roll(span)
  return a['this' .. span] + a['before' .. span] * (1 - (now - a['begun' .. span]) / span)
end

local function grow()
  local from = max(a.since, a.pauseAt)
  local age = max(0, now - from)
  if a.phase == 1 then
    a.learned = a.learned * 2 ^ (age / (rampTwice * a.period))
  elseif a.phase == 2 then
    a.learned = a.learned * (1 + holdGrowth * age)
  end
  if now >= from then a.since = now end
  if a.phase ~= 0 and (now - max(a.cut, a.pauseAt) > max(holdLong, a.period) or a.learned >= min(ceiling, lowest(ask.known))) then
    a.phase, a.learned, a.spaced = 0, 0, 0
  end
end

local function limits()
  if #a.tokens ~= #ask.known then -- another version of the program is running
    a.tokens = {}
    for i = 1, #ask.known do a.tokens[i] = 0 end
  end
  grow()
  local rates = {}
  for i, r in ipairs(ask.known) do rates[i] = r end
  if a.phase ~= 0 then
    rates[#rates + 1] = { per = a.learned, burst = 1 + math.floor(a.learned / 50) }
  end
  return rates
end

local function bucket(i)
  if i <= #a.tokens then return a.tokens[i] end
  return a.spaced
end

local function fill(i, tokens)
  if i <= #a.tokens then a.tokens[i] = tokens else a.spaced = tokens end
end

-- Adds the tokens of the time since the last ask.
local function refill(rates, part)
  local passed = now - a.at
  a.at = now
  for i, r in ipairs(rates) do
    fill(i, bucket(i) + passed * r.per * part)
    if bucket(i) >= r.burst then
      fill(i, r.burst)
      a.filled = now
    end
  end
end

-- Puts n tokens back. While turns are reserved it does not: the turn that was given back may
-- be an early one, and the next one to give is behind the last.
local function add(rates, n)
  for i, r in ipairs(rates) do
    if bucket(i) >= 0 then fill(i, min(r.burst, bucket(i) + n)) end
  end
end

-- Takes up to n tokens, of those that are there.
local function spend(rates, n)
  for i = 1, #rates do fill(i, max(min(bucket(i), 0), bucket(i) - max(0, n))) end
end

-- The time for which turns were given ahead. What is sent in that time was decided before.
local function reserved(rates)
  local longest = 0
  for i, r in ipairs(rates) do longest = max(longest, -bucket(i) / r.per) end
  return longest
end

local function lower()
  if a.phase == 1 then
    a.phase, a.learned = 2, max(min(a.learned * rampCut, accepted(1)), a.learned / 4)
  elseif a.phase == 2 then
    a.learned = max(min(a.learned * holdCut, 2 * accepted(1)), a.learned / 4)
  elseif #ask.known > 0 then -- one refusal says nothing about a known rate, nor does one with a long pause
    if now - a.cut < holdEach and ask.hint <= brief then
      a.phase, a.learned = 2, lowest(ask.known) * holdCut
    end
  else
    local came = startShare * accepted(1)
    if a.period > 1 then came = max(came, accepted(60) * min(1, a.period / 60)) end
    a.phase, a.learned = 1, max(1, came) / max(a.period, ask.hint)
  end
  a.learned, a.since = max(floor, a.learned), now
end

local function refused(rates)
  if now - max(0, ask.ago) <= a.cut or now < a.pauseAt then return end
  a.period = max(1, ask.window)
  local first = a.phase == 0 and #ask.known == 0
  local ahead = reserved(rates)
  if ask.count > 0 then
    lower()
  elseif ask.hint <= 0 then
    return
  end
  a.cut, a.epoch = now + ahead, a.epoch + 1
  if ask.hint > brief or ask.hint > 0 and (first or ask.count == 0) then
    a.pauseAt, a.why = now + ask.hint, ask.why
    a.filled = a.pauseAt -- as the bucket of the limited server will be
  end
  for i, tokens in ipairs(a.tokens) do a.tokens[i] = min(tokens, 0) end
  a.spaced = min(a.spaced, 0)
end

-- The part of the rate that is kept back for members that have fallen silent.
local function kept(self, rates)
  local limit, share = lowest(rates), 1 / max(1, size() + a.ghosts)
  local part = share * a.ghosts
  for name, m in pairs(members) do
    local age = now - m.seen
    if m ~= self and (age >= silent or m.away) then
      if age > expired then
        members[name] = nil
        gone[#gone + 1] = 'm:' .. name
      elseif m.away then
        part = part + share
      elseif #rates > 0 then
        part = part + min(share, m.used / limit)
      end
    end
  end
  return min(part, 1 - share)
end

local function give(out, rates, part)
  local horizon = ask.horizon
  if a.phase == 1 then horizon = min(horizon, rampAhead) end -- the limit is about to be found
  local most, sharers = ask.want + ask.spare, size() + a.ghosts
  if sharers > 1 then -- one ask leaves turns within the horizon to the others
    most = min(most, max(1, math.floor(horizon * lowest(rates) / sharers)))
  end
  for i = 1, most do
    local slot = 0
    for b, r in ipairs(rates) do
      local tokens = bucket(b)
      if i > ask.want and tokens < 1 + r.burst / 2 then return end -- no spare turns from a bucket below half
      slot = max(slot, (1 - tokens) / (r.per * part))
    end
    if slot > horizon then
      out.again = max(0.001, slot - horizon)
      return
    end
    for b = 1, #rates do fill(b, bucket(b) - 1) end
    out.turns[#out.turns + 1] = micros(slot)
  end
end

load()
if not a then
  create()
elseif ask.jump > 0 and ask.life == a.life and now > a.at then
  move(min(ask.jump, now - a.at)) -- nobody has asked since the clock was set forward
end
-- The clock was set forward so little that the last ask of the member did not notice. Each
-- member reports it: the first report counts.
if ask.slip > 0 and ask.life == a.life and ask.moved == a.moved then
  local at = a.at
  move(ask.slip)
  a.at, a.moved = at, a.moved + 1
  for i, tokens in ipairs(a.tokens) do a.tokens[i] = tokens - ask.slip * (ask.known[i] or { per = 0 }).per end
  a.spaced = a.spaced - ask.slip * a.learned
end
if now < a.at then move(now - a.at) end

local self = join()
local leased = self.seen
self.seen = now
if self.id == ask.id then -- the client sent the script twice
  ask.want, ask.spare, ask.back, ask.passed, ask.alone, ask.refused = 0, 0, 0, 0, 0, false
end
accept(1, ask.passed)
accept(60, ask.passed)
local rates, epoch = limits(), a.epoch
if ask.refused then
  refused(rates)
  rates = limits()
end
local part = 1 - kept(self, rates)
refill(rates, part)
if ask.life == a.life and ask.back > 0 and leased >= a.filled then -- else a bucket was full without these turns
  add(rates, ask.back)
  self.used = max(0, self.used - ask.back)
end
spend(rates, ask.alone)
local out = { turns = {}, again = 0, paused = 0, why = '' }
if now < a.pauseAt then
  out.paused, out.why = micros(a.pauseAt - now), a.why
elseif #rates == 0 then
  for i = 1, max(0, ask.want) + max(0, ask.spare) do out.turns[i] = 0 end
else
  give(out, rates, part)
end
self.used = self.used + #out.turns
local rate, sharers = #rates > 0 and lowest(rates) or 0, max(1, size() + a.ghosts)
save(self)
if out.paused > 0 and a.epoch > epoch and ask.channel ~= '' then
  redis.pcall('PUBLISH', ask.channel, string.format('%.0f\n%.0f\n', a.epoch, out.paused) .. a.why .. '\n' .. ask.name)
end
return { 'lease', clock[1], clock[2], a.life, a.moved, micros(out.again), out.paused, out.why, a.epoch,
  string.format('%.17g', rate), sharers, unpack(out.turns) }
