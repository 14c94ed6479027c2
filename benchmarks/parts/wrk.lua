-- One of the paths of a file for each request, at random; at the end the figures as a line of JSON.
-- wrk -s wrk.lua URL -- SEED FILE
local requests = {}

function init(arguments)
   math.randomseed(tonumber(arguments[1]))
   for path in io.lines(arguments[2]) do
      requests[#requests + 1] = wrk.format("GET", path)
   end
end

function request()
   return requests[math.random(#requests)]
end

function done(summary, latency)
   local errors = summary.errors
   local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
   local form = '{"requests":%d,"seconds":%.3f,"failed":%d,"mb":%.1f,"p50":%.3f,"p95":%.3f,"p99":%.3f}'
   print(string.format(form, summary.requests, summary.duration / 1e6, failed, summary.bytes / 1e6,
      latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
