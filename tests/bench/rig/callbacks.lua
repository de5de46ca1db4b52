-- Sends each prepared request once; says what came of it as one line of JSON.

local requests, position = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for length in file:lines() do
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  position = position + 1
  if position > #requests then
    -- Nothing new is left: end here instead of sending something twice.
    wrk.thread:stop()
    position = #requests
  end
  return requests[position]
end

function done(summary, latency, _)
  local errors = summary.errors
  local refused = errors.status + errors.timeout + errors.read + errors.write + errors.connect
  io.write(string.format(
    '{"requests":%d,"seconds":%.4f,"p50_ms":%.3f,"p99_ms":%.3f,"refused":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, refused))
end
